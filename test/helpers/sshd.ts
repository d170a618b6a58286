import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { later } from './cleanup.ts'
import { plainFolder } from './folders.ts'
import { eventually } from './processes.ts'

export interface Sshd {
  /** An ssh_config that knows this server as `far`. */
  readonly config: string
  readonly port: number
  /** Ends all sessions, as a cut line does. */
  cut(): void
}

const SSHD = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'].find(existsSync)

// scripts/test.mjs installs it where it may.
const HAS_SSHD = SSHD !== undefined && spawnSync('ssh', ['-V']).status === 0

/** OpenSSH's server on loopback, with keys and a configuration of its own. */
export async function startSshd({ trusted = true, known = true } = {}): Promise<Sshd> {
  const folder = plainFolder('sshd')
  const at = (name: string) => join(folder, name)
  for (const name of ['host', 'user'])
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  writeFileSync(at('authorized_keys'), trusted ? readFileSync(at('user.pub')) : '')
  chmodSync(at('authorized_keys'), 0o600)
  const port = await freePort()
  // Root's server wants this folder, and a container may not have it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  writeFileSync(
    at('sshd_config'),
    `ListenAddress 127.0.0.1
Port ${port}
HostKey ${at('host')}
AuthorizedKeysFile ${at('authorized_keys')}
PidFile ${at('pid')}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
# What a person's own shell does at a login takes long, and must not be cut in the middle.
SetEnv HOME=${folder}
`,
  )
  const host = readFileSync(at('host.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(at('known_hosts'), known ? `[127.0.0.1]:${port} ${host}\n` : '')
  writeFileSync(
    at('config'),
    `Host far
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${at('user')}
  IdentitiesOnly yes
  UserKnownHostsFile ${at('known_hosts')}
  GlobalKnownHostsFile /dev/null
`,
  )
  const child = spawn(SSHD!, ['-D', '-e', '-f', at('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let said = ''
  child.stderr.on('data', text => {
    said += text
  })
  later(async () => {
    if (child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  })
  await eventually(() => said.includes('Server listening'), `sshd: ${said}`)
  return { config: at('config'), port, cut: () => endSessions(child.pid!) }
}

/** Whether this account may log in by key at all: sshd refuses those that are locked or have no shell. */
export async function mayLogIn(): Promise<boolean> {
  if (!HAS_SSHD) return false
  const { config } = await startSshd()
  return spawnSync('ssh', ['-F', config, '-o', 'BatchMode=yes', 'far', 'true']).status === 0
}

// Each connection has a process of its own below the server; that of an ordinary user has a child with the session.
function endSessions(server: number) {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = stdout.split('\n').map(line => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    pairs.flatMap(([pid, ppid]) => (ppid === parent ? [pid!, ...below(pid!)] : []))
  // The shell of a session and what it started see the cut only by their pipes.
  const daemons = below(server).filter(pid => nameOf(pid).startsWith('sshd'))
  for (const pid of daemons) process.kill(pid, 'SIGKILL')
}

function nameOf(pid: number): string {
  return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(closed => server.close(closed))
  return port
}
