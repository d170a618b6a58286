import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findOpenFiles } from '../../slave/commands/open-files.ts'
import { later } from '../helpers/cleanup.ts'
import { temporaryFolder } from '../helpers/folders.ts'
import { ROOT } from '../helpers/master.ts'
import { isAlive } from '../helpers/processes.ts'
import { makeRepository } from '../helpers/repository.ts'
import { CLI } from '../helpers/serve.ts'

const NOBODY = 65_534
const NAMELESS = 54_321

interface Person {
  readonly uid: number
  readonly umask: string
  readonly home: boolean
}

// Root becomes whom it likes; a checkout below a closed folder is nobody else's to read.
function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux lets root become a user without a name'
  if (process.getuid!() !== 0) return 'only root can become another user'
  const look = spawnSync(
    process.execPath,
    ['-e', `require('fs').readFileSync(${JSON.stringify(CLI)})`],
    {
      uid: NAMELESS,
      gid: NAMELESS,
    },
  )
  return look.status === 0 ? undefined : `no other user may read ${ROOT}`
}

// `triphammer run`, which is a master, a slave and a build, below a shell of that person.
async function runAs({ uid, umask, home }: Person) {
  const place = temporaryFolder('person')
  const repository = makeRepository({ folder: place })
  repository.commit('all', {
    Makefile:
      'test:\n\t@echo "uid=$$(id -u) umask=$$(umask) files=$$(ulimit -S -n)"; touch made; sleep 600 > /dev/null 2>&1 & echo left=$$!\n',
  })
  const data = join(place, 'data')
  mkdirSync(data)
  for (const path of [
    place,
    ...readdirSync(place, { recursive: true }).map(one => join(place, String(one))),
  ])
    chownSync(path, uid, uid)
  chmodSync(place, 0o755)
  const shell = `umask ${umask}; ulimit -S -n 777; "$@"; exit $?`
  const words = [process.execPath, CLI, 'run', repository.path, '--data', data]
  const env = { PATH: process.env.PATH!, ...(home && { HOME: place }) }
  const child = spawn('/bin/sh', ['-c', shell, 'sh', ...words], { uid, gid: uid, env, cwd: place })
  later(() => child.kill('SIGKILL'))
  let said = ''
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', text => (said += text))
  const [code] = await once(child, 'close')
  const made = statSync(join(data, 'slaves/local/calc/build/made'))
  return {
    code,
    told: /uid=.*/.exec(said)?.[0],
    made: [made.uid, (made.mode & 0o777).toString(8)],
    open: readdirSync(data).filter(name => (statSync(join(data, name)).mode & 0o077) !== 0),
    left: isAlive(Number(/left=(\d+)/.exec(said)?.[1])),
  }
}

const reason = whyNot()
test.skipIf(reason !== undefined)(
  `builds work for an ordinary user, and for one without a name or a home under umask 077${reason ? ` (skipped: ${reason})` : ''}`,
  async () => {
    const [nobody, nameless] = await Promise.all([
      runAs({ uid: NOBODY, umask: '022', home: true }),
      runAs({ uid: NAMELESS, umask: '077', home: false }),
    ])
    expect([nobody, nameless]).toEqual([
      {
        code: 0,
        told: `uid=${NOBODY} umask=0022 files=777`,
        made: [NOBODY, '644'],
        open: [],
        left: false,
      },
      {
        code: 0,
        told: `uid=${NAMELESS} umask=0077 files=777`,
        made: [NAMELESS, '600'],
        open: [],
        left: false,
      },
    ])
  },
)

test.skipIf(reason !== undefined)(
  'a program is not there for a user who may not enter the folder of the PATH that has it',
  () => {
    const closed = temporaryFolder('closed')
    const ask = (command: string) =>
      `programOf({ command: [${JSON.stringify(command)}], workdir: '/' }, { PATH: ${JSON.stringify(closed)} }).problem`
    const script = `import(${JSON.stringify(join(ROOT, 'slave/commands/program.ts'))}).then(({ programOf }) =>
      console.log(${ask('tool')} + '\\n' + ${ask(`${closed}/tool`)}))`
    const { stdout } = spawnSync(process.execPath, ['-e', script], {
      uid: NAMELESS,
      gid: NAMELESS,
      encoding: 'utf8',
    })
    expect(stdout.trim().split('\n')).toEqual([
      '"tool" was not found. Is it installed, and in the slave\'s PATH?',
      `"${closed}/tool" may not be run: this user may not look into its folder.`,
    ])
  },
)

test.skipIf(reason !== undefined)(
  'a user without a home is told to set one, where nothing else says where the data is',
  () => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'status'], {
      uid: NAMELESS,
      gid: NAMELESS,
      env: { PATH: process.env.PATH! },
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([
      1,
      'triphammer: This user has no home folder: no entry in passwd, and HOME is not set. Set HOME, or name a folder with --data.\n',
    ])
  },
)

test.each([
  [[1024], 1024],
  [[20_000, 8192, 1024], 1024],
  [[20_000, 20_000], undefined],
  [[], undefined],
])('of limits %j above a slave that may open 20,000 files, steps have %s', (above, files) => {
  const read = (pid: number | 'self') => {
    const at = pid === 'self' ? 0 : pid - 100
    const soft = [20_000, ...above][at]
    return soft === undefined ? undefined : { soft, parent: at < above.length ? at + 101 : 1 }
  }
  expect(findOpenFiles(read)).toBe(files)
})
