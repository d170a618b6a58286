import { execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { later } from './cleanup.ts'

/** Serves the bare repositories of a folder over HTTP on loopback, to whoever knows the login. */
export async function startGitServer(
  folder: string,
  login: string,
): Promise<{ readonly host: string }> {
  const backend = join(
    execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(),
    'git-http-backend',
  )
  const wanted = `Basic ${Buffer.from(login).toString('base64')}`
  const server = createServer((request, response) => {
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end()
      return
    }
    const { pathname, search } = new URL(request.url!, 'http://x')
    const child = spawn(backend, {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REQUEST_METHOD: request.method,
        PATH_INFO: decodeURIComponent(pathname),
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      },
    })
    request.pipe(child.stdin)
    child.stdin.on('error', () => {})
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.on('close', () => {
      const all = Buffer.concat(parts)
      const end = all.indexOf('\r\n\r\n')
      const headers = all.subarray(0, end).toString().split('\r\n')
      for (const line of headers) {
        const [name, ...value] = line.split(': ')
        if (name === 'Status') response.statusCode = Number.parseInt(value[0]!, 10)
        else response.setHeader(name!, value.join(': '))
      }
      response.end(all.subarray(end + 4))
    })
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  later(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}
