import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { CLI, startServing } from '../helpers/serve.ts'

test.each([
  [['statsu'], 'unknown command "statsu"; did you mean "status"?'],
  [['serv', '--http', '127.0.0.1:0'], 'unknown command "serv"; did you mean "serve"?'],
  [['nonsense'], 'unknown command "nonsense"; "triphammer --help" lists them'],
  [['force'], "missing required argument 'builder'"],
  [['status', '--nonsense'], "unknown option '--nonsense'"],
  [['serve', '--config', '/nowhere.yml'], '--config /nowhere.yml: there is no such file'],
])('%j is refused and starts nothing', async (words, message) => {
  const dataDir = join(temporaryFolder('data'), 'none')
  const { code, out, err } = await runCli(CLI, dataDir, ...words)
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: `triphammer: ${message}\n` })
  expect(existsSync(dataDir)).toBe(false)
})

test('a command that only looks makes no data directory and no history', async () => {
  const folder = temporaryFolder('data')
  const [none, other] = [join(folder, 'none'), join(folder, 'other')]
  mkdirSync(other)
  const ran = await Promise.all([
    runCli(CLI, none, 'status'),
    runCli(CLI, none, 'import', join(folder, 'no-export')),
    runCli(CLI, other, 'builds', 'a'),
    runCli(CLI, other, 'force', 'a'),
  ])
  const nothing = (dir: string) =>
    `triphammer: There is no history in ${dir}: nothing was built here yet. --data names another folder.\n`
  expect(ran.map(({ code, err }) => [code, err])).toEqual([
    [1, nothing(none)],
    [1, `triphammer: ${join(folder, 'no-export')} is not there\n`],
    [1, nothing(other)],
    [1, `triphammer: No master runs on ${other}. Start the app, or "triphammer serve".\n`],
  ])
  expect([existsSync(none), readdirSync(other)]).toEqual([false, []])
})

test('a faulty configuration is told by serve at its first start, by status and by reconfig', async () => {
  const dataDir = temporaryFolder('data')
  const file = join(dataDir, 'other.yml')
  const text = (name: string) =>
    `builders: [{ name: "${name}", steps: [git] }]\nprojects: [{ name: p, repository: /tmp/x/r }]\nnotify: [{ kind: mail }]\n`
  writeFileSync(file, text('a<b>'))
  const served = startServing(dataDir, CLI, ['--config', file])
  await served.ready
  const faults = [
    `${file}:1: builders[0].name: must begin with a letter or digit and hold letters, digits, spaces and . _ + - only`,
    `${file}:3: notify[0].kind: must be desktop`,
    'No configuration is in force, and nothing is built, until the file is mended.',
  ]
  const [status, reconfig] = await Promise.all([
    runCli(CLI, dataDir, 'status'),
    runCli(CLI, dataDir, 'reconfig'),
  ])

  expect(served.said()).toContain(`${faults.join('\n')}\n`)
  expect(status.out).toContain(`${faults.join('\n')}\n`)
  expect(status.out).toContain('no builders, since the configuration has faults\n')
  expect([reconfig.code, reconfig.err]).toEqual([1, `${faults.join('\n')}\n`])

  const told = (words: string) =>
    new Promise<void>(resolve => {
      served.child.stderr!.on('data', () => served.said().endsWith(words) && resolve())
    })
  const mended = told(`${file} is in force\n`)
  writeFileSync(file, text('a').replace('mail', 'desktop'))
  await mended
  const spoilt = told(
    `${file}:1: bulders: unknown key; did you mean "builders"?\nThe configuration before stays in force.\n`,
  )
  writeFileSync(file, 'bulders: []\n')
  await spoilt
  served.child.kill('SIGTERM')
  await served.exited
}, 60_000)
