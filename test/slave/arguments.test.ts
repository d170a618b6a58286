import { expect, test } from 'vitest'
import { readArguments } from '../../slave/arguments.ts'

const read = (line: string) => readArguments(line.split(' '))
const PRINT = 'ab'.repeat(32)

test('a slave that waits', () => {
  expect(read('--listen 9990 --name mini')).toMatchObject({
    do: 'run',
    plan: { name: 'mini', way: { kind: 'listen', where: { host: '::', port: 9990 } } },
  })
  expect(read('--listen 10.0.0.1:9990 --name mini --drain')).toMatchObject({
    plan: { way: { where: { host: '10.0.0.1', port: 9990 } }, drains: true },
  })
})

test('a slave that dials', () => {
  expect(read(`--master desk.local --name mini --fingerprint ${PRINT}`)).toMatchObject({
    do: 'run',
    plan: {
      way: {
        kind: 'dial',
        master: { host: 'desk.local', port: 9990 },
        tls: true,
        fingerprint: expect.stringMatching(/^abababab-/),
      },
    },
  })
  expect(read('--master [fd00::1]:1 --name m --plain')).toMatchObject({
    plan: { way: { master: { host: 'fd00::1', port: 1 }, tls: false } },
  })
})

test('what is installed is the same command line, without what only the first start needs', () => {
  const line = `--name mini --master desk:1 --password-file /p --fingerprint ${PRINT} --basedir /b --state /s --drain --allow-terminal`
  const order = read(`${line} --install`)
  expect(order.do).toBe('install')
  if (order.do !== 'install') return
  const again = readArguments(order.args)
  expect(again).toEqual({ do: 'run', plan: order.plan })
})

test.each([
  [
    '--name mini',
    'one of --listen PORT (wait for a master) and --master HOST:PORT (dial one) is needed',
  ],
  ['--name mini --listen 1 --master a:1', 'one of --listen PORT'],
  ['--listen 1', '--name is needed'],
  ['--listen 1 --name ../x', '"../x" is not a name for a slave'],
  ['--listen 70000 --name a', '"70000" is not a port'],
  ['--listen here --name a', '"here" is not a port'],
  ['--master a:b:c --name a', '"a:b:c" is not an address'],
  ['--master a:1 --name a --fingerprint abc', '--fingerprint wants the 64 digits'],
  [`--master a:1 --name a --plain --fingerprint ${PRINT}`, '--plain has no certificate'],
  ['--listen 1 --name a --password-file f', '--password-file goes with --master'],
  ['--master a:1 --name a --install --password-file -', '--install needs a password file'],
  ['--colour red --name a', "Unknown option '--colour'"],
  ['--name', 'needs its value'],
])('%j is refused: %s', (line, reason) => {
  expect(() => read(line)).toThrow(
    reason === 'needs its value' ? /argument missing|ambiguous|value/ : reason,
  )
})

test.each([
  ['--forget --name a', { do: 'forget', name: 'a', state: undefined }],
  ['--new-code --name a --state /s', { do: 'newCode', name: 'a', state: '/s' }],
  ['--uninstall --name a', { do: 'uninstall', name: 'a', state: undefined }],
  ['--version', { do: 'version' }],
  ['--name a --help', { do: 'help' }],
])('%s', (line, order) => {
  expect(read(line)).toEqual(order)
})
