import { expect, test } from 'vitest'
import { readWorkflows } from '../../../main/master/detect/workflows.ts'
import { detectIn, filesOf, findingsOf, stepsOf, type Texts } from '../../helpers/detect.ts'

const FOLDER = '.github/workflows/'

/** A workflow of one job with these steps. */
function ci(steps: string, job = ''): Texts {
  return {
    [`${FOLDER}ci.yml`]: `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n${job}    steps:\n${steps}`,
  }
}

test('a script ends at the first command that fails, with the variables, the folder and the shell of its step', async () => {
  const { steps } = await detectIn({
    [`${FOLDER}ci.yml`]: `
env: { LEVEL: 3, MODE: none }
defaults: { run: { working-directory: ./src } }
jobs:
  test:
    env: { MODE: strict }
    steps:
      - uses: actions/checkout@v4
      - name: Unit tests
        run: |
          ./unit.sh
          echo "uploading"
      - run: make test
        working-directory: .
      - name: Script
        shell: python
        env: { MODE: lax }
        run: print(1)
      - name: Piped
        shell: bash
        continue-on-error: true
        run: ./check | tee log
`,
  })
  const env = { LEVEL: '3', MODE: 'strict' }
  const because = `${FOLDER}ci.yml runs it`
  expect(steps).toEqual([
    {
      kind: 'shell',
      name: 'Unit tests',
      text: './unit.sh\necho "uploading"',
      because,
      program: ['bash', '-e', '-c'],
      env,
      workdir: 'src',
    },
    { kind: 'test', name: 'make test', text: 'make test', because, env },
    {
      kind: 'shell',
      name: 'Script',
      text: 'print(1)',
      because,
      program: ['python3', '-c'],
      env: { LEVEL: '3', MODE: 'lax' },
      workdir: 'src',
    },
    {
      kind: 'shell',
      name: 'Piped',
      text: './check | tee log',
      because,
      program: ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', '-c'],
      env,
      workdir: 'src',
      warnOnly: true,
    },
  ])
})

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are those of a workflow
test.for<[step: string, why: string]>([
  ['run: rm -rf $GITHUB_WORKSPACE/*', 'uses GITHUB_WORKSPACE, which only that host sets'],
  ['run: mkdir "$RUNNER_TEMP/x"', 'uses RUNNER_TEMP, which only that host sets'],
  ['run: rm -rf "$OUT"/*', 'uses $OUT, which nothing sets here'],
  ['run: ./go $KEY', 'uses $KEY, whose value only that host knows'],
  ['run: ./sign ${{ secrets.TOKEN }}', 'needs the secret TOKEN'],
  ['{ run: ./ship, env: { TOKEN: "${{ secrets.TOKEN }}" } }', 'needs the secret TOKEN'],
  ['run: ./go ${{ matrix.os }}', 'differs with matrix.os'],
  ['run: ./go ${{ github.ref }}', 'uses github.ref, which only that host knows'],
  ["{ run: ./go, if: runner.os == 'Windows' }", "runs only if runner.os == 'Windows'"],
  ['{ run: ./go, if: failure() }', 'runs only if failure()'],
  ['{ run: ./go, shell: pwsh }', 'wants a shell that is not taken over (pwsh)'],
  ['{ run: ./go, working-directory: ../x }', 'works outside of the build folder'],
  ['run: sudo apt-get install jq', 'runs as another user (sudo)'],
  ['run: npm i -g yarn', 'installs programs for all your projects (npm i -g)'],
  ['run: echo hello', 'only prints'],
  ['uses: a/b@v1', 'uses a/b, an action of that host'],
  ['{ uses: actions/checkout@v4, with: { repository: a/b } }', 'checks out another repository'],
])('a step is left out in words: %s', async ([step, why]) => {
  const files = ci(
    `      - name: odd\n        ${step.replace(/^\{ (.*) \}$/, '$1')}\n`,
    '    env: { KEY: "${{ secrets.KEY }}" }\n',
  )
  const block = step.startsWith('{') ? ci(`      - ${step.replace('{', '{ name: odd,')}\n`) : files
  expect(await stepsOf(block)).toEqual([['build', '']])
  expect(await findingsOf(block)).toContain(`${FOLDER}ci.yml, job test: odd: left out: it ${why}`)
})

test('tests that are given a secret are kept, and it is told what they lack', async () => {
  const files = ci('      - { run: make test, env: { TOKEN: "${{ secrets.TOKEN }}" } }\n')
  const { steps } = await detectIn(files)
  expect(steps.map(({ text, because }) => [text, because])).toEqual([
    ['make test', `${FOLDER}ci.yml runs it; there it needs the secret TOKEN`],
  ])
})

test.for<[job: string, why: string]>([
  ['    container: node:22\n', 'runs in a container (node:22)'],
  ['    services: { db: { image: postgres } }\n', 'needs services beside it (db)'],
  ['    if: github.ref == 1\n', 'runs only if github.ref == 1'],
  ['    environment: production\n', 'deploys to an environment of that host'],
])('a job is left out in words: %s', async ([job, why]) => {
  const files = ci('      - run: make\n', job)
  expect(await stepsOf(files)).toEqual([['build', '']])
  expect(await findingsOf(files)).toContain(`${FOLDER}ci.yml, job test: left out: it ${why}`)
})

test('a job of another system is left out; of a matrix, the systems are read', async () => {
  const job = (on: string) => ({
    [`${FOLDER}ci.yml`]: `jobs: { a: { runs-on: ${on}, strategy: { matrix: { os: [macos-14, windows-2022] } }, steps: [{ run: make }] } }`,
  })
  const proposed = async (on: string, platform: NodeJS.Platform) =>
    (await readWorkflows(filesOf(job(on)), platform)).proposed?.steps.length ?? 0
  expect([
    await proposed('macos-14', 'linux'),
    await proposed('macos-14', 'darwin'),
    await proposed('"${{ matrix.os }}"', 'linux'),
    await proposed('"${{ matrix.os }}"', 'win32'),
    await proposed('[self-hosted, big]', 'linux'),
  ]).toEqual([0, 1, 0, 1, 1])
})

test('what tests is proposed, whatever the names of the files; the rest is named', async () => {
  const files = {
    [`${FOLDER}a-deploy.yml`]: 'on: push\njobs: { d: { steps: [{ run: ./deploy }] } }',
    [`${FOLDER}ci.yml`]: `on: [push, pull_request]
jobs:
  lint: { steps: [{ run: ./lint }] }
  unit: { steps: [{ run: make test }, { run: "./sign \${{ secrets.KEY }}" }] }
  tell: { steps: [{ run: "curl \${{ secrets.HOOK }}" }] }`,
    [`${FOLDER}nightly.yml`]: 'on: schedule\njobs: { test: { steps: [{ run: make test }] } }',
  }
  expect(await stepsOf(files)).toEqual([['make test', 'make test']])
  expect(await findingsOf(files)).toEqual([
    `${FOLDER}ci.yml: of a hosted CI: 1 of 2 steps of its job "unit" are in the proposal`,
    `${FOLDER}ci.yml, job unit: ./sign \${{ secrets.KEY }}: left out: it needs the secret KEY`,
    `${FOLDER}ci.yml, job lint: left out: one job is proposed, and this is another`,
    `${FOLDER}ci.yml, job tell: left out: step curl "\${{ secrets.HOOK }}" needs the secret HOOK`.replaceAll(
      '"',
      '',
    ),
    `${FOLDER}a-deploy.yml: left out: ${FOLDER}ci.yml says more about how it is built`,
    `${FOLDER}nightly.yml: left out: ${FOLDER}ci.yml says more about how it is built`,
  ])
})

test('a deploy alone is not proposed', async () => {
  const files = { [`${FOLDER}deploy.yml`]: 'on: push\njobs: { d: { steps: [{ run: ./ship }] } }' }
  expect(await stepsOf(files)).toEqual([['build', '']])
  expect(await findingsOf(files)).toContain(
    `${FOLDER}deploy.yml, job d: left out: it is not what runs for each change`,
  )
})

test('variables that a script sets itself, or that every build has, are none of a host', async () => {
  const script = [
    'for f in *.c; do cc -c "$f"; done',
    'OUT=build',
    'export MODE=1',
    'read -r a <list',
    'echo "$OUT $MODE $a $HOME $CI ${DEBUG:-no} \\$x" >"$OUT/log"',
    "awk '{ print $NF }' list >x",
  ]
  const files = ci(`      - run: |\n${script.map(line => `          ${line}\n`).join('')}`)
  expect(await stepsOf(files)).toEqual([['for f in *.c; do cc -c "$f"; done', script.join('\n')]])
})

test('a script of Python is none of the shell, and what it imports no program', async () => {
  const files = ci(
    '      - shell: python\n        run: |\n          import sys\n          sys.exit(1)\n',
  )
  expect((await detectIn(files)).tools).toEqual(['python3'])
})

test('programs that actions would have set up are looked for', async () => {
  const files = ci(
    '      - uses: actions/setup-node@v4\n      - uses: ruby/setup-ruby@v1\n        with: { bundler-cache: true }\n      - run: |\n          ./all | tee log\n          molecule test\n          mkdir out\n',
  )
  const { tools, steps } = await detectIn(files)
  expect([tools, steps.map(step => step.text)]).toEqual([
    ['node', 'ruby', 'bundle', 'bash', 'molecule'],
    ['bundle install', './all | tee log\nmolecule test\nmkdir out'],
  ])
})

test('what a step calls in the repository is looked at, too', async () => {
  const files = {
    ...ci('      - run: ./ci/setup.sh\n      - run: make put\n      - run: sh ci/check.sh\n'),
    'ci/setup.sh': '#!/bin/sh\nsudo true\n',
    'ci/check.sh': 'cmp a b\n',
    Makefile: 'put:\n\tcp tool /usr/bin\n',
  }
  expect((await readWorkflows(filesOf(files))).proposed?.steps.map(step => step.text)).toEqual([
    'sh ci/check.sh',
  ])
  expect(await findingsOf(files)).toEqual(
    expect.arrayContaining([
      `${FOLDER}ci.yml, job test: ./ci/setup.sh: left out: it calls ci/setup.sh, which runs as another user (sudo)`,
      `${FOLDER}ci.yml, job test: make put: left out: it makes "put", which works outside of the build folder (cp)`,
    ]),
  )
})

test('what is done in the folder of a checkout is done at the top', async () => {
  const files = ci(
    '      - uses: actions/checkout@v4\n        with: { path: ./role }\n      - { run: make test, working-directory: role }\n      - { run: make part, working-directory: role/part }\n      - run: make beside\n',
  )
  expect((await detectIn(files)).steps.map(({ text, workdir }) => [text, workdir])).toEqual([
    ['make test', undefined],
    ['make part', 'part'],
  ])
  expect(await findingsOf(files)).toContain(
    `${FOLDER}ci.yml, job test: make beside: left out: it works beside the checkout`,
  )
})

test('beside a project that says how it is built, workflows are only named', async () => {
  const files = { ...ci('      - run: ./other\n'), 'go.mod': 'module a\n' }
  expect(await findingsOf(files)).toContain(
    `${FOLDER}ci.yml: of a hosted CI; not in the proposal: the project itself says how it is built`,
  )
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are those of a workflow
