// Behaves like the docker and podman clients for what a slave on demand asks of them: a "container"
// is a process of this machine with a clean environment. Told how by SCRIPTED_DOCKER, a folder:
// `log` gets the arguments of each call, `down` stands for a service that does not run.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env.SCRIPTED_DOCKER
const [, , engine, subcommand, ...args] = process.argv
const say = (status, text) => {
  process.stderr.write(`${text}\n`)
  process.exit(status)
}
appendFileSync(join(folder, 'log'), `${JSON.stringify([engine, subcommand, ...args])}\n`)
if (existsSync(join(folder, 'down')))
  say(
    125,
    'docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?.',
  )
if (subcommand === 'run') run()
else if (subcommand === 'rm') remove(args.at(-1))
else say(1, `docker: '${subcommand}' is not a docker command.`)

function run() {
  const env = { PATH: process.env.SCRIPTED_PATH, HOME: folder, HOSTNAME: 'container' }
  const flags = new Set(['--rm', '--interactive', '--init'])
  let name = ''
  let entrypoint
  while (args[0]?.startsWith('-')) {
    const flag = args.shift()
    if (flags.has(flag) || flag.includes('=')) continue
    const value = args.shift()
    if (flag === '--name') name = value
    if (flag === '--entrypoint') entrypoint = value
    if (flag === '--env')
      env[value.slice(0, value.indexOf('='))] = value.slice(value.indexOf('=') + 1)
  }
  const image = args.shift()
  if (image.startsWith('absent')) {
    process.stderr.write(`Unable to find image '${image}' locally\n`)
    say(
      125,
      `docker: Error response from daemon: manifest for ${image} not found: manifest unknown.`,
    )
  }
  if (image.startsWith('bare'))
    say(
      127,
      `docker: Error response from daemon: failed to create task for container: exec: "${entrypoint}": executable file not found in $PATH: unknown.`,
    )
  if (image.startsWith('pulled')) process.stderr.write(`${image}: Pulling from library\n`)
  // Some images greet whoever comes.
  if (image.startsWith('chatty')) process.stdout.write('Welcome to this image!\n')
  const [file, words] = hidden(entrypoint, args)
  const child = spawn(file, words, { env, stdio: 'inherit', detached: true })
  const pidFile = join(folder, name)
  writeFileSync(pidFile, String(child.pid))
  child.on('error', error => say(127, `docker: ${error.message}`))
  child.on('exit', (code, signal) => {
    rmSync(pidFile, { force: true })
    process.exit(signal ? 137 : code)
  })
}

// A folder of the host that a container does not see, as it sees none that is no volume.
function hidden(file, words) {
  const hide = process.env.SCRIPTED_HIDE
  if (hide === undefined) return [file, words]
  const script = 'mount -t tmpfs none "$0" && exec "$@"'
  return ['unshare', ['--mount', 'sh', '-c', script, hide, file, ...words]]
}

function remove(name) {
  const file = join(folder, name)
  if (!existsSync(file)) say(1, `Error response from daemon: No such container: ${name}`)
  process.kill(-Number(readFileSync(file, 'utf8')), 'SIGKILL')
}
