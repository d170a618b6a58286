import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A control group of Linux that holds a slave and all that its steps start. */
export interface Cgroup {
  /**
   * Ends everything in it but the slave itself, in one stroke of the kernel: what
   * forks, hides or got another pid can't escape.
   */
  killOthers(): Promise<void>
}

const PREFIX = 'triphammer-'
const LOOK_MS = 10
const MOST_LOOKS = 100

/**
 * Puts this process into a control group of its own, where the system lets us:
 * for root, and for whom systemd has delegated one (a user's own services and
 * apps). `undefined` elsewhere; process marks must do then.
 *
 * One for the slave and not one for each step: to move a process costs some 15 ms
 * of a quiet machine, and being born in a group costs nothing.
 */
export async function enterCgroup(slaveId: string): Promise<Cgroup | undefined> {
  if (process.platform !== 'linux') return undefined
  const outside = findOwn()
  // Without cgroup.kill (before Linux 5.14) it would be of no more use than the marks.
  if (!outside || !existsSync(join(outside, 'cgroup.procs'))) return undefined
  const folder = join(outside, PREFIX + slaveId)
  // Another slave may sweep the new folder away before we are in it.
  if (!(await enter(outside, folder)) && !(await enter(outside, folder))) return undefined
  return {
    async killOthers() {
      try {
        await writeFile(join(outside, 'cgroup.procs'), String(process.pid))
        await endGroup(folder)
      } catch {
        // Whoever owns the group above has taken it away: the marks have done what can be done.
      }
    },
  }
}

async function enter(outside: string, folder: string): Promise<boolean> {
  try {
    for (const name of readdirSync(outside))
      if (name.startsWith(PREFIX)) removeFolder(join(outside, name))
    // A slave of this name that was killed may have left steps in it.
    if (existsSync(folder)) await endGroup(folder)
    mkdirSync(folder, { recursive: true })
    if (!existsSync(join(folder, 'cgroup.kill'))) throw new Error('this Linux is older than 5.14')
    await writeFile(join(folder, 'cgroup.procs'), String(process.pid))
    return true
  } catch {
    removeFolder(folder)
    return false
  }
}

// The kernel needs a moment until everybody has gone.
async function endGroup(folder: string): Promise<void> {
  for (let looks = 0; existsSync(folder) && looks < MOST_LOOKS; looks++) {
    await writeFile(join(folder, 'cgroup.kill'), '1')
    removeFolder(folder)
    if (existsSync(folder)) await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}

/** The folder of this process's own group in the unified hierarchy. */
function findOwn(): string | undefined {
  try {
    const path = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]
    const mount = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map(line => line.split(' '))
      .find(words => words[words.indexOf('-') + 1] === 'cgroup2')
    if (path === undefined || !mount) return undefined
    // In a container a part of the tree may be mounted.
    const [root, at] = [mount[3]!, mount[4]!]
    if (root !== '/' && path !== root && !path.startsWith(`${root}/`)) return undefined
    return join(at, root === '/' ? path : path.slice(root.length))
  } catch {
    return undefined
  }
}

// Slaves that were killed leave empty groups; the kernel keeps those that are in use.
function removeFolder(folder: string) {
  try {
    for (const name of readdirSync(folder))
      if (existsSync(join(folder, name, 'cgroup.procs'))) removeFolder(join(folder, name))
    rmdirSync(folder)
  } catch {
    // Somebody lives in it.
  }
}
