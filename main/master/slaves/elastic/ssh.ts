import { readFile } from 'node:fs/promises'
import { localNetworkHint } from '../../../../slave/protocol/local-network.ts'
import type { SshConfig } from '../../config/elastic.ts'
import { createBootstrap } from './bootstrap.ts'
import type { Engine, EngineOptions } from './engine.ts'
import { explainNode, explainOther } from './node-words.ts'
import { type PipedExit, startPiped } from './piped-program.ts'

// Shells that nobody logs in to know few folders.
const MORE_PATH = '/usr/local/bin:/opt/homebrew/bin:$HOME/.local/bin'

/** Brings up a slave on another machine, by the person's own ssh with all that it is configured to do. */
export function sshEngine(config: SshConfig, options: EngineOptions): Engine {
  const basedir = config.basedir ?? `~/.local/share/triphammer/${options.name}-${options.id}`

  return {
    what: `ssh ${config.host}`,
    async launch() {
      const { command, payload } = await whatToRun()
      const client = { env: options.env, onText: options.onConsole }
      const program = startPiped('ssh', [...sshArguments(config), command], client)
      program.stdin.write(payload)
      return {
        stdin: program.stdin,
        stdout: program.stdout,
        exited: program.exited.then(exit => explain(exit, config)),
        kill: program.kill,
        // The slave over there ends by itself when the line is cut.
        tidy: async () => {},
      }
    },
  }

  async function whatToRun(): Promise<{ command: string; payload: Buffer }> {
    const path = `env "PATH=$PATH:${MORE_PATH}"`
    if (config.command !== null) {
      const own = ['slave', '--stdio', '--name', options.name, '--basedir', basedir]
      return { command: `${path} ${config.command} ${own.join(' ')}`, payload: Buffer.alloc(0) }
    }
    const { script, payload } = createBootstrap({
      program: await readFile(options.packedSlave),
      version: options.version,
      name: options.name,
      basedir,
    })
    // Read by whichever shell the account has: single quotes mean the same to all of them.
    return { command: `${path} ${config.node} -e '${script}'`, payload }
  }
}

function sshArguments({ host, user, port, sshConfig }: SshConfig): string[] {
  return [
    ...(sshConfig === null ? [] : ['-F', sshConfig]),
    '-T',
    ...['-o', 'BatchMode=yes'],
    ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3'],
    ...(port === null ? [] : ['-p', String(port)]),
    ...(user === null ? [] : ['-l', user]),
    '--',
    host,
  ]
}

function explain(exit: PipedExit, { host, node, command }: SshConfig): string {
  const said = exit.lastLines.join('\n')
  if (exit.failure === 'absent')
    return '"ssh" was not found on this machine: install OpenSSH\'s client'
  if (exit.status === 255) {
    if (/host key verification failed|host identification has changed/i.test(said))
      return `ssh does not trust the key that ${host} shows: run "ssh ${host}" once in a terminal and see to it`
    if (/permission denied/i.test(said))
      return `${host} accepts no key of yours without asking: see that "ssh -o BatchMode=yes ${host} true" works in a terminal`
    if (/could not resolve hostname/i.test(said))
      return `the name ${host} is not known: is it spelled right, and is the network up?`
    if (/connection refused/i.test(said))
      return `${host} does not listen for ssh: is its ssh service running, and "port:" right?`
    if (/timed out|no route to host|network is unreachable/i.test(said))
      return `${host} does not answer: is it switched on and in reach?${localNetworkHint()}`
  }
  const wanted = command ?? node
  return explainNode(exit, host, wanted, 'on') ?? explainOther(exit, `ssh ${host}`)
}
