import { arch, availableParallelism, hostname, release, totalmem } from 'node:os'
import { COMMANDS, COMMANDS_VERSION } from './commands/registry.ts'
import { homeFolder } from './protocol/home.ts'
import type { Fields } from './protocol/parse.ts'
import { tellingVariables } from './protocol/variables.ts'
import { readSystemVersion } from './system-version.ts'

/**
 * The worker info, in Buildbot's keys where it has them.
 *
 * @param environment That of steps. It holds secrets, so only what says how builds come out is told of it.
 */
export function describeSlave(
  basedir: string,
  version: string,
  environment: Readonly<Record<string, string | undefined>>,
): Fields {
  return {
    host: hostname(),
    admin: '',
    system: process.platform === 'win32' ? 'nt' : 'posix',
    platform: process.platform,
    kernel: release(),
    arch: arch(),
    basedir,
    numcpus: availableParallelism(),
    memory_bytes: totalmem(),
    version,
    node_version: process.versions.node,
    pid: process.pid,
    // Masters of Buildbot look here for what ~ stands for.
    environ: { ...tellingVariables(environment), HOME: homeFolder() ?? '/' },
    delete_leftover_dirs: false,
    worker_commands: Object.fromEntries(
      Object.keys(COMMANDS).map(name => [name, COMMANDS_VERSION]),
    ),
    ...readSystemVersion(),
  }
}
