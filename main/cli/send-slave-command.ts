import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { slavePackage } from '../host/app-root.ts'
import { VERSION } from '../host/version.ts'
import { receiveProgram, slavePackageSource } from '../master/slaves/remote/slave-package.ts'
import type { CommandLine } from './cli.ts'
import { CommandError, print, printJson } from './terminal.ts'

/** send-slave. */
export function addSendSlaveCommand({ program, json }: CommandLine): void {
  program
    .command('send-slave')
    .argument('[host]', 'another machine, as your ssh knows it')
    .description(
      'copy the slave to another machine over ssh, and see by its hash that it came whole; without a host: say where its package is',
    )
    .action(async (host: string | undefined) => {
      const slave = slavePackageSource(slavePackage(VERSION)).describe()
      if (!slave)
        throw new CommandError(
          'the slave\'s package is not there: this checkout was not built; "npm run build" makes it',
        )
      const { file, name, sha256 } = slave
      if (host === undefined) {
        if (json()) printJson({ file, sha256 })
        else print(`${file}\nsha256 ${sha256}`)
        return
      }
      // For ssh it would be an option.
      if (host.startsWith('-')) throw new CommandError(`"${host}" is not the name of a machine`, 2)
      await send(host, readFileSync(slavePackage(VERSION)), receiveProgram(slave), file)
      if (json()) printJson({ host, name, sha256 })
      else
        print(
          `${name} is in your folder on ${host}. Start it there:\n\n  npx --yes ./${name} --listen 9990 --name ${nameOf(host)}`,
        )
    })
}

// A first name for a slave of that machine, which may be an address.
function nameOf(host: string): string {
  return /^(?:[^@]*@)?([A-Za-z][A-Za-z0-9-]*)/.exec(host)?.[1] ?? 'mini'
}

// What ssh asks or complains of is for the terminal.
function send(host: string, bytes: Buffer, receiver: string, file: string): Promise<void> {
  const child = spawn('ssh', ['--', host, `node -e "${receiver}"`], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  // Whoever hangs up before the end says why by the exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(bytes)
  return new Promise((done, fail) => {
    child.on('error', error =>
      fail(
        new CommandError(
          (error as NodeJS.ErrnoException).code === 'ENOENT'
            ? `"ssh" was not found on this machine; copy ${file} by hand`
            : `ssh: ${error.message}`,
        ),
      ),
    )
    child.on('exit', code => {
      if (code === 0) return done()
      fail(
        new CommandError(
          code === 127
            ? `${host} has no "node" where ssh looks for programs; copy the slave with: scp "${file}" ${host}:`
            : `the slave did not get to ${host}; what ssh said is above`,
        ),
      )
    })
  })
}
