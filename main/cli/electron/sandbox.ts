import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What decides whether Chromium can have its sandbox on Linux. */
export interface SandboxFacts {
  /** Path of the setuid helper, and whether it is as Chromium wants it; `undefined` where there is none. */
  readonly helper: { readonly path: string; readonly usable: boolean } | undefined
  /** Whether an ordinary program may make a user namespace; `undefined` where that can't be told. */
  readonly namespaces: boolean | undefined
  /** The setting of the kernel that forbids it, as far as one does. */
  readonly forbiddenBy: string | null
}

/**
 * Why Chromium would end at once instead of starting with its sandbox; `null` where it can have one, or may.
 *
 * Chromium takes user namespaces, else a helper that belongs to root and has mode 4755, else it aborts
 * (zygote_host_impl_linux.cc, setuid_sandbox_host.cc).
 */
export function sandboxProblem({ helper, namespaces, forbiddenBy }: SandboxFacts): string | null {
  if (helper?.usable || namespaces !== false) return null
  const why = forbiddenBy === null ? '' : ` (${forbiddenBy})`
  const mend = helper
    ? `; "sudo chown root '${helper.path}' && sudo chmod 4755 '${helper.path}'" mends that`
    : ''
  return `Chromium can't have its sandbox on this system${why}${mend}`
}

const SETTINGS = [
  ['kernel.apparmor_restrict_unprivileged_userns', '1'],
  ['kernel.unprivileged_userns_clone', '0'],
  ['user.max_user_namespaces', '0'],
] as const
const PROBE_MS = 5000

/** Looks at this system, as electron-builder's AppRun does: it tries to make a user namespace. */
export function lookAtSandbox(electron: string, env: NodeJS.ProcessEnv): SandboxFacts {
  const { status, error } = spawnSync('unshare', ['-Ur', 'true'], {
    stdio: 'ignore',
    timeout: PROBE_MS,
  })
  const setting = SETTINGS.find(([name, forbids]) => settingOf(name) === forbids)
  return {
    helper: helperOf(electron, env),
    namespaces: error ? undefined : status === 0,
    forbiddenBy: setting?.join('=') ?? null,
  }
}

// The variable counts only where none lies beside the program.
function helperOf(electron: string, env: NodeJS.ProcessEnv): SandboxFacts['helper'] {
  for (const path of [join(dirname(electron), 'chrome-sandbox'), env.CHROME_DEVEL_SANDBOX]) {
    const stat = path && statSync(path, { throwIfNoEntry: false })
    if (stat) return { path, usable: stat.uid === 0 && (stat.mode & 0o7777) === 0o4755 }
  }
  return undefined
}

function settingOf(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim()
  } catch {
    // This kernel has no such setting.
    return undefined
  }
}
