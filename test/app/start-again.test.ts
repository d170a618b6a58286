import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { AppPort } from '../../main/app/ports.ts'
import { startAgain } from '../../main/app/start-again.ts'
import { temporaryFolder } from '../helpers/folders.ts'

test('without an AppImage Electron starts the app again', () => {
  const asked: object[] = []
  const app = { relaunch: (options: object) => void asked.push(options) } as unknown as AppPort

  startAgain(app, { args: ['--data=/d'], appImage: undefined, log: () => {} })

  expect(asked).toEqual([{ args: ['--data=/d'] }])
})

test.skipIf(process.platform === 'win32')(
  'an AppImage is started when the process that leaves has ended, by nothing that lies in its mount',
  async () => {
    const folder = temporaryFolder('start again ö')
    const image = join(folder, 'Trip hammer.AppImage')
    const told = join(folder, 'told')
    writeFileSync(
      image,
      `#!/bin/sh\nprintf '%s\\n' "$(pwd)" "\${APPDIR-none}" "$@" >'${told}.part'; mv '${told}.part' '${told}'\n`,
    )
    chmodSync(image, 0o755)
    // The process that leaves: it asks for the new start, and ends when its input does.
    const leaving = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { startAgain } from ${JSON.stringify(join(import.meta.dirname, '../../main/app/start-again.ts'))}
        const relaunch = () => { throw new Error('the helper of Electron is in the mount') }
        startAgain({ relaunch }, { args: ['--data=/a b', '--no-sandbox'], appImage: process.argv[1], log: console.error })
        console.log('asked')
        process.stdin.resume()`,
        image,
      ],
      { env: { ...process.env, APPDIR: '/gone' }, stdio: ['pipe', 'pipe', 'inherit'] },
    )
    await once(leaving.stdout, 'data')
    expect(existsSync(told)).toBe(false)

    leaving.stdin.end()
    await once(leaving, 'exit')
    await vi.waitFor(() => expect(existsSync(told)).toBe(true), { timeout: 10_000 })

    expect(readFileSync(told, 'utf8').split('\n')).toEqual([
      '/',
      'none',
      '--data=/a b',
      '--no-sandbox',
      '',
    ])
  },
)
