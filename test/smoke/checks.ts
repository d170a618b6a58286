import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { createPackage } from '@electron/asar'
import { SUCCESS } from '../../main/master/results.ts'
import { makeSample } from '../e2e/sample.ts'
import { type Check, expect } from './check.ts'
import { insideChecks } from './inside.ts'
import { commitAll, configure, ROOT } from './setting.ts'
import {
  buildOnce,
  buildUntilOutput,
  describeExit,
  logText,
  startApp,
  until,
  within,
} from './started-app.ts'

const onWindows = process.platform === 'win32'

const ALL_THREADS: Check = {
  name: 'a build runs on a local slave, and every thread of the master answers',
  async run(setting) {
    const dataDir = setting.folder('threads')
    configure(dataDir, {
      builders: [
        {
          name: 'quick',
          steps: [
            { shell: 'echo hammered' },
            { test: 'echo 1..1\necho ok 1 - rings', name: 'tap' },
          ],
        },
      ],
    })
    const { holder, client, quit } = await startApp(setting.app, dataDir)
    expect('the shell', holder.shell, 'desktop')
    const details = await buildOnce(client, 'quick')
    expect('the result', details.build.results, SUCCESS)
    expect('the tests', details.tests.length, 1)
    const text = await logText(client, details)
    if (!text.includes('hammered')) throw new Error(`the log holds only: ${text}`)
    const search = { pattern: 'hammered', regex: false, ignoreCase: false, from: null }
    const { logs } = await client.request('logs:search', search)
    if (logs.length === 0) throw new Error('the search found nothing')
    if ((await client.request('history:beginning')) === null) throw new Error('no history')
    const backup = await client.request('backup:create')
    expect('builds in the backup', backup.builds, 1)
    const words = await client.request('slave:console', 'local')
    if (words.trim() === '') throw new Error('the console of the slave is empty')
    const exit = await quit()
    expect('the end', describeExit(exit), 'exit status 0')
    expect('how state.json says that it ended', endingOf(dataDir), 'clean')
    return `Triphammer ${holder.version}`
  },
}

const UPGRADE: Check = {
  name: 'the history of a release before this one is upgraded at the start',
  async run(setting) {
    const dataDir = setting.folder('upgrade')
    const release = join(ROOT, 'test/fixtures/releases/0.1.0/clean')
    for (const path of globSync('**/*.zst', { cwd: release })) {
      const file = join(dataDir, path.replace(/\.zst$/, ''))
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, zstdDecompressSync(readFileSync(join(release, path))))
    }
    const { client, quit } = await startApp(setting.app, dataDir)
    const { builds } = await client.request('desk:snapshot')
    if (builds.length === 0) throw new Error('its builds are gone')
    await quit()
    return `${builds.length} builds`
  },
}

const ARCHIVES: Check = {
  name: 'files *.asar of a checkout are kept and removed as files',
  async run(setting) {
    const repository = setting.folder('asar/repository')
    const source = setting.folder('asar/source')
    writeFileSync(join(source, 'index.js'), 'console.log(1)\n')
    await createPackage(source, join(repository, 'app.asar'))
    writeFileSync(join(repository, 'junk.asar'), 'no archive')
    commitAll(repository)
    const dataDir = setting.folder('asar/data')
    configure(dataDir, {
      projects: [{ name: 'app', repository, poll: 'off' }],
      builders: [{ name: 'app', steps: [{ git: { mode: 'clobber' } }, { upload: '**/*.asar' }] }],
    })
    const { client, quit } = await startApp(setting.app, dataDir)
    await buildOnce(client, 'app')
    const { build, artifacts } = await buildOnce(client, 'app')
    expect('the second build', build.stateString, 'build successful')
    const kept = artifacts.map(({ path, sizeBytes }) => `${path} ${sizeBytes}`).sort()
    const sizes = ['app.asar', 'junk.asar'].map(
      name => `${name} ${readFileSync(join(repository, name)).length}`,
    )
    expect('what is kept', kept.join(), sizes.join())
    await quit()
    return undefined
  },
}

const AWAY: Check = {
  name: 'Ctrl+C ends the app in order, and a build goes on until the next start',
  skip: () => onWindows && 'on Windows a slave goes with its app',
  async run(setting) {
    const dataDir = setting.folder('away/data')
    const go = join(setting.folder('away'), 'go')
    const count = `i=0; until [ -e '${go}' ]; do i=$((i+1)); echo "line $i"; sleep 0.05; done`
    configure(dataDir, { builders: [{ name: 'slow', steps: [{ shell: count }] }] })
    const first = await startApp(setting.npmStart ?? setting.app, dataDir)
    await buildUntilOutput(first.client, 'slow')

    // Nobody answers the question about the build: after a minute it is left to go on.
    if (setting.npmStart) process.kill(-first.child.pid!, 'SIGINT')
    else process.kill(first.holder.pid, 'SIGTERM')
    const exit = await within('the app ends', 90_000, first.exited)
    expect('the end', describeExit(exit), 'exit status 0')
    expect('how state.json says that it ended', endingOf(dataDir), 'clean')

    const second = await startApp(setting.app, dataDir)
    writeFileSync(go, '')
    const build = await until('the build ends', 60_000, async () => {
      const { builds } = await second.client.request('desk:snapshot')
      expect('how many builds there are', builds.length, 1)
      return builds.find(({ completeAt }) => completeAt !== null)
    })
    expect('the build', build.stateString, 'build successful')
    const details = await second.client.request('build:details', build.id)
    const numbers = [...(await logText(second.client, details)).matchAll(/^line (\d+)$/gm)]
    expect('lines in their order', numbers.map(([, n]) => Number(n)).every(isNext), true)
    await second.quit()
    return `${first.holder.shell}, ${numbers.length} lines`
  },
}

const SECOND_START: Check = {
  name: 'a second start hands its repository over, and one with other data is its own',
  async run(setting) {
    const { path: repository } = makeSample(setting.folder('second/other repository'))
    const dataDir = setting.folder('second/data')
    const first = await startApp(setting.app, dataDir)
    const { file, args, env } = setting.app
    const more = [`--data=${dataDir}`, `--add=${repository}`]
    const second = spawn(file, [...args, ...more], { env, stdio: 'ignore' })
    const code = await within(
      'the second start ends',
      30_000,
      new Promise(resolve => second.once('exit', resolve)),
    )
    expect('the end of the second start', code, 0)
    await until('the first one adds the repository', 30_000, async () => {
      const { projects } = await first.client.request('desk:snapshot')
      return projects.some(project => project.repository === repository) || undefined
    })
    const third = await startApp(setting.app, setting.folder('second/more data'))
    expect('a process of its own', third.holder.pid !== first.holder.pid, true)
    await third.quit()
    await first.quit()
    return undefined
  },
}

const ENCRYPTED: Check = {
  name: 'a slave in plain Node dials the app over TLS and builds',
  async run(setting) {
    const dataDir = setting.folder('tls/data')
    const port = await freePort()
    configure(dataDir, {
      slavePort: `127.0.0.1:${port}`,
      slaves: [{ name: 'local' }],
      builders: [{ name: 'near', slaves: ['local'], steps: [{ shell: 'echo near' }] }],
    })
    const { client, quit } = await startApp(setting.app, dataDir)
    const invited = await client.request('attach:invite', { name: 'far', tags: [], maxBuilds: 1 })
    if (!invited.ok) throw new Error(JSON.stringify(invited))
    const password = join(setting.folder('tls'), 'password')
    writeFileSync(password, invited.password, { mode: 0o600 })
    const far = setting.folder('tls/far')
    const slave = spawn(
      process.execPath,
      [
        join(ROOT, 'out/main/slave.js'),
        ...['--name', 'far', '--master', `127.0.0.1:${port}`],
        ...['--fingerprint', invited.fingerprint, '--password-file', password],
        ...['--basedir', join(far, 'builds'), '--state', join(far, 'state')],
      ],
      { stdio: 'ignore' },
    )
    try {
      await until('the slave is attached', 30_000, async () => {
        const { slaves } = await client.request('desk:snapshot')
        return slaves.some(({ name, state }) => name === 'far' && state === 'online') || undefined
      })
      const config = readFileSync(join(dataDir, 'master.yml'), 'utf8')
      const builder = '  - { name: beyond, slaves: [far], steps: [{ shell: echo beyond }] }\n'
      writeFileSync(join(dataDir, 'master.yml'), config.replace(/^builders:\n/m, `$&${builder}`))
      await client.request('config:reload')
      const { build } = await buildOnce(client, 'beyond')
      expect('the build', `${build.stateString} on ${build.slave}`, 'build successful on far')
    } finally {
      slave.kill()
    }
    await quit()
    return undefined
  },
}

const LOGIN: Check = {
  name: 'the start at login can be switched on and off',
  skip: () => process.platform !== 'linux' && 'it would change what this machine starts',
  async run(setting) {
    const { client, quit } = await startApp(setting.app, setting.folder('login'))
    const folder = join(setting.app.env.XDG_CONFIG_HOME!, 'autostart')
    const files = () => (existsSync(folder) ? readdirSync(folder) : [])
    await client.request('desktop:configure', { login: true })
    const [file] = files()
    if (!file) throw new Error(`there is no file in ${folder}`)
    const [, command] = /^Exec=(.*)$/m.exec(readFileSync(join(folder, file), 'utf8')) ?? []
    await client.request('desktop:configure', { login: false })
    expect('files that are left', files().join(), '')
    await quit()
    return command
  },
}

export const CHECKS: readonly Check[] = [
  ...insideChecks,
  ALL_THREADS,
  UPGRADE,
  ARCHIVES,
  AWAY,
  SECOND_START,
  ENCRYPTED,
  LOGIN,
]

const isNext = (n: number, i: number) => n === i + 1

function endingOf(dataDir: string): unknown {
  return JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8')).lastRun?.ending
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
