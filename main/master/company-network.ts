import http from 'node:http'
import tls from 'node:tls'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

let used = false

/**
 * Makes requests of this process go out as those of the system's programs do: certificates of the system are trusted
 * beside Node's own and those of NODE_EXTRA_CA_CERTS, and HTTPS_PROXY, HTTP_PROXY and NO_PROXY are heeded. Called
 * before the first request to the world outside; the system's certificates take a moment to read.
 */
export function joinCompanyNetwork(): void {
  if (used) return
  used = true
  try {
    tls.setDefaultCACertificates([
      ...tls.getCACertificates('default'),
      ...tls.getCACertificates('system'),
    ])
  } catch {
    // Without those of the system Node's own are left, and a refused certificate is told where it is met.
  }
  // Node 24.14 and later have it. No proxy leads to this machine itself.
  const { env } = process
  const direct = [env.no_proxy ?? env.NO_PROXY, ...LOOPBACK].filter(Boolean).join(',')
  const { setGlobalProxyFromEnv } = http as {
    setGlobalProxyFromEnv?: (env: NodeJS.ProcessEnv) => void
  }
  setGlobalProxyFromEnv?.({ ...env, no_proxy: direct, NO_PROXY: direct })
}
