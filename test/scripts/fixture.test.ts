import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT, testEnvironment } from '../helpers/master.ts'
import { LEFT, type ReleaseFacts } from '../helpers/releases.ts'

function freeze(checkout: string, into: string) {
  const script = join(ROOT, 'scripts/fixture/freeze.mjs')
  const temporary = temporaryFolder('freezing')
  const env = { ...testEnvironment(), TMPDIR: temporary }
  const { status, stderr } = spawnSync(process.execPath, [script, checkout, into], {
    env,
    encoding: 'utf8',
  })
  return { status, stderr, temporary }
}

test('this version can be frozen as a release, and nothing that it ran is left', () => {
  const into = temporaryFolder('frozen')
  const { status, stderr, temporary } = freeze(ROOT, into)
  expect([status, stderr]).toEqual([0, expect.stringContaining(' is frozen in ')])

  const [version] = readdirSync(into)
  const packed = readFileSync(join(into, version!, 'facts.json.zst'))
  const facts: ReleaseFacts = JSON.parse(zstdDecompressSync(packed).toString('utf8'))
  for (const left of LEFT) {
    const { model, details, logs } = facts.left[left]
    expect(model.columns.length).toBe(9)
    expect(details.length).toBeGreaterThan(8)
    expect(Object.values(logs).filter(log => log.byteCount !== undefined).length).toBeGreaterThan(9)
    expect(existsSync(join(into, version!, left, 'history.sqlite.zst'))).toBe(true)
  }
  expect([readdirSync(into), readdirSync(temporary)]).toEqual([[version], []])
  if (process.platform === 'linux') {
    const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    expect(commands).not.toContain(temporary)
  }
}, 120_000)

test('a release that can not be frozen leaves nothing half made', () => {
  const checkout = temporaryFolder('checkout')
  mkdirSync(join(checkout, 'main'))
  writeFileSync(join(checkout, 'package.json'), '{ "version": "9.9.9" }')
  writeFileSync(join(checkout, 'main/cli.ts'), 'console.error("it is broken"); process.exit(7)')
  const into = temporaryFolder('frozen')
  const { status, stderr, temporary } = freeze(checkout, into)
  expect([status, stderr.split('\n')[0]]).toEqual([
    1,
    'triphammer: 9.9.9 could not be frozen: the release ended with 7: it is broken',
  ])
  expect([readdirSync(into), readdirSync(temporary)]).toEqual([[], []])
})
