import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// What a build of an ordinary project writes: groups, a progress bar, colours, a failing test.
const PROGRAM = String.raw`
const say = text => process.stdout.write(text.replaceAll('^', '\u001b[') + '\n')
const wait = ms => new Promise(done => setTimeout(done, ms))
const broken = process.argv[2] === 'broken'
say('::group::Install dependencies')
for (const name of ['base', 'parser', 'printer', 'runner', 'types']) {
  say('^2mfetch^0m @calc/' + name + ' ^36m4.' + name.length + '.0^0m')
  await wait(60)
}
for (let i = 2; i <= 100; i += 2)
  process.stdout.write('\r\u001b[Kunpacking ' + '#'.repeat(i / 5).padEnd(20, '.') + ' ' + i + ' %')
say('\nadded 214 packages')
say('::endgroup::')
await wait(200)
say('section_start:1:compile\r\u001b[KCompile')
for (const file of ['lexer', 'grammar', 'fold', 'emit', 'print', 'walk'])
  say('^32mcompiled^0m src/' + file + '.ts ^2min ' + file.length * 7 + ' ms^0m')
process.stderr.write('warning: tsconfig.json names a target that is no longer needed\n')
await wait(150)
say('section_end:1:compile\r\u001b[K')
say('^1mlexer^0m ^2m(148)^0m')
say('::group::148 passed')
for (let i = 1; i <= 148; i++) say('  ^32m✓^0m token_' + i + ' ^2m' + (i % 5) + ' ms^0m')
say('::endgroup::')
say('^1mgrammar^0m ^2m(16)^0m')
for (let i = 1; i <= 16; i++) say('  ^32m✓^0m rule_' + i + ' ^2m' + (i % 3) + ' ms^0m')
await wait(120)
say('::group::setup: 12 fixtures')
for (let i = 1; i <= 12; i++) say('read fixture ' + i)
say('::endgroup::')
say('^1munary^0m ^2m(4)^0m')
for (const name of ['plus', 'minus', 'nested_minus'])
  say('  ^32m✓^0m folds_' + name + ' ^2m2 ms^0m')
if (broken) {
  say('  ^31m✗ folds_min_int^0m ^2m11 ms^0m')
  say('    ^31mAssertionError^0m: constant has the wrong sign')
  say('      expected ^32m-2147483648^0m')
  say('      received ^31m2147483648^0m')
  say('        at foldUnary ^36msrc/opt/fold.ts:118:14^0m')
  say('        at visit ^36msrc/opt/walk.ts:44:9^0m')
} else say('  ^32m✓^0m folds_min_int ^2m9 ms^0m')
await wait(100)
for (const [suite, count] of [['printer', 214], ['locale', 96], ['stress', 370]]) {
  say('::group::' + suite + ': ' + count + ' passed')
  for (let i = 1; i <= count; i++) say('  ^32m✓^0m ' + suite + '_' + i)
  await wait(80)
  say('::endgroup::')
}
say(broken ? '^1m868 tests^0m  ^32m867 passed^0m  ^31;1m1 failed^0m' : '^1m868 tests^0m  ^32m868 passed^0m')
if (broken) say('npm error Test failed, exit code 1')
process.exit(broken ? 1 : 0)
`

/** Writes a desk with two builders whose logs are like those of real projects. */
export function makeLogDesk(home: string, dataDir: string): void {
  const program = join(home, 'calc-test.mjs')
  writeFileSync(program, PROGRAM)
  mkdirSync(dataDir, { recursive: true })
  const step = (how: string) =>
    `[{ name: test, shell: [${JSON.stringify(process.execPath)}, ${JSON.stringify(program)}, ${how}] }]`
  writeFileSync(
    join(dataDir, 'master.yml'),
    `builders:\n  - { name: calc-linux, steps: ${step('whole')} }\n  - { name: calc-windows, steps: ${step('broken')} }\n`,
  )
}
