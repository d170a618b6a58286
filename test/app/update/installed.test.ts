import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { howInstalled, type InstalledFacts } from '../../../main/app/update/installed.ts'
import type { Release } from '../../../main/app/update/updater-port.ts'
import { temporaryFolder } from '../../helpers/folders.ts'

const RELEASE: Release = {
  version: '0.3.0',
  files: [
    { url: 'Triphammer-0.3.0-linux-x86_64.AppImage', sha512: 'a' },
    { url: 'Triphammer-0.3.0 beta-linux-amd64.deb', sha512: 'b' },
    { url: 'https://elsewhere.example/Triphammer-0.3.0.rpm', sha512: 'c' },
  ],
  notes: '',
  signature: null,
}

function installed(type: string, more: Partial<InstalledFacts> = {}, feed?: string) {
  const resourcesPath = temporaryFolder('resources')
  writeFileSync(
    join(resourcesPath, 'app-update.yml'),
    feed ?? 'provider: generic\nurl: https://updates.example.org/linux\n',
  )
  writeFileSync(join(resourcesPath, 'package-type'), type)
  return howInstalled({
    isPackaged: true,
    platform: 'linux',
    env: {},
    resourcesPath,
    execPath: '/opt/Triphammer/triphammer',
    describeSignature: () => '',
    feedKeys: ['key'],
    ...more,
  })
}

test.each([
  [
    'deb',
    `curl -fL -o 'Triphammer-0.3.0 beta-linux-amd64.deb' https://updates.example.org/linux/Triphammer-0.3.0%20beta-linux-amd64.deb && sudo apt install ./'Triphammer-0.3.0 beta-linux-amd64.deb'`,
  ],
  [
    'rpm',
    'curl -fL -o Triphammer-0.3.0.rpm https://elsewhere.example/Triphammer-0.3.0.rpm && sudo dnf install ./Triphammer-0.3.0.rpm',
  ],
  ['pacman', 'no .pacman was released; take the AppImage'],
])('a %s is updated by a command whose address answers', (type, command) => {
  const how = installed(type)

  expect(how.kind === 'told' && how.command(RELEASE)).toBe(command)
})

test('a package that does not say where its feed is names no address of its own making', () => {
  expect(installed('deb', {}, 'provider: github\n')).toEqual({
    kind: 'never',
    reason: 'This build does not say where its packages are; look where you got it.',
  })
})

test.each([
  ['an AppImage', 'AppImage', { env: { APPIMAGE: '/a.AppImage' } }, 'replaceable'],
  ['a plain folder', '', {}, 'never'],
  ['a snap', 'AppImage', { env: { SNAP: '/snap' } }, 'never'],
  ['a checkout', '', { isPackaged: false }, 'never'],
  ['a build without a key', 'deb', { feedKeys: [] }, 'never'],
] as const)('%s: %s', (_name, type, more, kind) => {
  expect(installed(type, more).kind).toBe(kind)
})

const SIGNED = 'Executable=/x\nAuthority=Developer ID Application: Ada (ABC)\nTeamIdentifier=ABC\n'

test.each([
  ['with a signature', '', SIGNED, 'replaceable'],
  ['signed ad hoc', '', 'Executable=/x\nSignature=adhoc\nTeamIdentifier=not set\n', 'never'],
  ['not signed', '', 'code object is not signed at all\n', 'never'],
  ['run from a translocated place', 'AppTranslocation/1', SIGNED, 'never'],
] as const)('a bundle of macOS %s: %s', (_name, place, signature, kind) => {
  const folder = join(temporaryFolder('mac'), place)
  mkdirSync(join(folder, 'Triphammer.app'), { recursive: true })

  const how = installed('', {
    platform: 'darwin',
    execPath: join(folder, 'Triphammer.app/Contents/MacOS/Triphammer'),
    describeSignature: () => signature,
  })

  expect(how.kind).toBe(kind)
})
