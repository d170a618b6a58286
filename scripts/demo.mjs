// A desk to look at: three small repositories with a few builders, and a story of commits that
// turns one of them red and green again. Used by `npm run dev` and for the pictures of the docs.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PEOPLE = [
  ['Mira Kovač', 'mira@example.org'],
  ['Ada Lindgren', 'ada@example.org'],
  ['Jonas Thiel', 'jonas@example.org'],
  ['رنا سالم', 'rana@example.org'],
]

/** Makes the repositories and the configuration below `folder`, once. Returns what plays the story. */
export function makeDemo(folder, { pace = 1 } = {}) {
  const repositories = join(folder, 'repositories')
  const data = join(folder, 'data')
  const fresh = !existsSync(data)
  mkdirSync(data, { recursive: true })
  const calc = join(repositories, 'calc')
  const parser = join(repositories, 'parser')
  const site = join(repositories, 'site')
  if (fresh) {
    init(calc)
    init(parser)
    init(site)
    commit(calc, 'Begin a calculator', 0, calcFiles(pace))
    commit(parser, 'Begin a parser', 1, parserFiles(pace))
    commit(site, 'Begin a site', 2, siteFiles(pace))
    writeFileSync(join(data, 'master.yml'), configuration({ calc, parser, site }))
  }
  return { data, story: story({ calc, parser, site }, pace) }
}

/** Commits, one at a time; each function makes one. */
function story({ calc, parser, site }, pace) {
  const files = calcFiles(pace)
  const fold = text => ({ 'src/fold.js': text })
  return [
    () =>
      commit(calc, 'Name the operand', 1, { 'src/operand.js': 'export const operand = n => n\n' }),
    () => commit(parser, 'Cache includes', 3, { 'src/cache.txt': 'includes\n' }),
    () =>
      commit(site, 'Dark style for code samples', 2, {
        'style.css': 'code { background: #222 }\n',
      }),
    () => commit(calc, 'Fold constants in unary minus', 0, fold('export const fold = n => n\n')),
    () =>
      commit(calc, 'Speed up the tokenizer', 1, {
        'src/tokens.js': 'export const tokens = text => text.split(" ")\n',
      }),
    () =>
      commit(parser, 'Recover after a missing brace', 2, {
        'fuzz.sh':
          '#!/bin/sh\necho "seed 20481"\nsleep 0.4\necho "crash: stack overflow in parse_block" >&2\nkill -SEGV $$\n',
      }),
    () => commit(calc, 'Fix the sign of folding', 0, fold(files['src/fold.js'])),
    () =>
      commit(parser, 'Limit the depth of blocks', 2, { 'fuzz.sh': parserFiles(pace)['fuzz.sh'] }),
    () =>
      commit(site, 'Say where the sources are', 3, {
        'index.html': '<h1>calc</h1><p>Sources</p>\n',
      }),
    () =>
      commit(calc, 'Read the locale from the environment', 1, {
        'src/locale.js': 'export const locale = process.env.LANG\n',
      }),
  ]
}

function configuration({ calc, parser, site }) {
  return `# A desk to look at. Change it as you like: it is read again when you save it.
title: Demo desk
slaves:
  - name: local
    maxBuilds: 3
    tags: [demo]
projects:
  - { name: calc, repository: ${JSON.stringify(calc)} }
  - { name: parser, repository: ${JSON.stringify(parser)} }
  - { name: site, repository: ${JSON.stringify(site)} }
builders:
  - name: calc-tests
    project: calc
    description: builds the calculator and runs its tests
    steps:
      - git
      - { shell: node build.mjs, name: build }
      - test: node --test --test-reporter=tap test/
      - { upload: "dist/*.js", name: keep }
  - name: calc-lint
    project: calc
    steps:
      - git
      - { shell: node lint.mjs, name: lint, warnOnFailure: true, flunkOnFailure: false }
  - name: parser
    project: parser
    steps:
      - git
      - { shell: ./build.sh, name: build }
      - { shell: ./check.sh, name: check }
  - name: parser-fuzz
    project: parser
    steps:
      - git
      - { shell: ./build.sh, name: build }
      - { shell: sh ./fuzz.sh, name: fuzz }
  - name: site
    project: site
    steps:
      - git
      - { shell: ./render.sh, name: render }
`
}

function calcFiles(pace) {
  const wait = ms => `await new Promise(done => setTimeout(done, ${Math.round(ms * pace)}))`
  return {
    'package.json': '{ "name": "calc", "version": "4.2.0", "type": "module", "private": true }\n',
    'src/fold.js':
      'export const fold = n => (n < 0 ? -Math.abs(n) : n)\nexport const minus = n => (n === 0 ? 0 : -n)\n',
    'build.mjs': `import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
mkdirSync('dist', { recursive: true })
for (const name of readdirSync('src')) {
  console.log(\`\\x1b[2mcompile\\x1b[0m src/\${name} \\x1b[32mok\\x1b[0m\`)
  ${wait(220)}
}
writeFileSync('dist/calc.js', 'export {}\\n')
console.log('\\x1b[1mbundle\\x1b[0m dist/calc.js 14.2 kB')
`,
    'lint.mjs': `import { readdirSync } from 'node:fs'
${wait(350)}
const names = readdirSync('src')
for (const name of names) console.log(\`src/\${name}: \\x1b[32mclean\\x1b[0m\`)
if (names.includes('tokens.js')) {
  console.error('\\x1b[33mwarning\\x1b[0m src/tokens.js:1 split by a text that is used once')
  process.exit(1)
}
`,
    'test/lexer.test.js': `import { test } from 'node:test'
for (const name of ['reads numbers', 'reads names', 'skips comments', 'keeps positions'])
  test(name, async () => { ${wait(90)} })
`,
    'test/unary.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as calc from '../src/fold.js'
test('folds plus', async () => { ${wait(120)} })
test('folds min int', () => assert.equal(calc.fold(-2147483648), -2147483648))
test('folds negative zero', async () => { ${wait(200)}; assert.equal(calc.minus?.(0), 0) })
test('rejects double bang', { skip: 'not decided yet' }, () => {})
`,
  }
}

function parserFiles(pace) {
  const s = n => (n * pace).toFixed(2)
  return {
    'build.sh': `#!/bin/sh\nfor f in lexer grammar unary printer; do echo "cc -O2 -c $f.c"; sleep ${s(0.18)}; done\necho "ar rcs libparser.a"\n`,
    'check.sh': `#!/bin/sh\nfor n in 1 2 3 4 5 6; do echo "ok $n"; sleep ${s(0.15)}; done\n`,
    'fuzz.sh': `#!/bin/sh\nfor seed in 20481 20482 20483; do echo "seed $seed: 40,000 inputs, no crash"; sleep ${s(0.5)}; done\n`,
  }
}

function siteFiles(pace) {
  return {
    'index.html': '<h1>calc</h1>\n',
    'render.sh': `#!/bin/sh\necho "render index.html"\nsleep ${(0.4 * pace).toFixed(2)}\necho "12 pages"\n`,
  }
}

function init(folder) {
  mkdirSync(folder, { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch=main')
}

function commit(folder, message, person, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text, { mode: name.endsWith('.sh') ? 0o755 : 0o644 })
  }
  const [name, email] = PEOPLE[person]
  git(folder, 'add', '--all')
  git(
    folder,
    '-c',
    `user.name=${name}`,
    '-c',
    `user.email=${email}`,
    'commit',
    '--quiet',
    '--allow-empty',
    '--message',
    message,
  )
}

function git(folder, ...args) {
  execFileSync('git', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}
