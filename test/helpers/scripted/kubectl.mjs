// Behaves like kubectl for what a slave on demand asks of it: a Job's pod is a process of this
// machine with a clean environment, which starts when somebody attaches. SCRIPTED_KUBECTL is a
// folder: `log` gets the arguments of each call, the rest is what the "cluster" knows.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env.SCRIPTED_KUBECTL
const args = process.argv.slice(3)
appendFileSync(join(folder, 'log'), `${JSON.stringify(args)}\n`)
const say = (status, text) => {
  process.stderr.write(`${text}\n`)
  process.exit(status)
}
const context = option('--context')
option('--namespace')
if (context === 'nowhere') say(1, 'error: context "nowhere" does not exist')
if (existsSync(join(folder, 'down')))
  say(
    1,
    'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
  )
const jobFile = join(folder, 'job')
const looksFile = join(folder, 'looks')
const exitFile = join(folder, 'exit')

switch (args.shift()) {
  case 'create': {
    const job = readFileSync(0, 'utf8')
    writeFileSync(jobFile, job)
    writeFileSync(looksFile, '0')
    rmSync(exitFile, { force: true })
    process.stdout.write(`job.batch/${JSON.parse(job).metadata.name} created\n`)
    break
  }
  case 'get':
    process.stdout.write(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods() }))
    break
  case 'attach':
    attach()
    break
  case 'delete':
    rmSync(jobFile, { force: true })
    process.stdout.write(`job.batch "${args[1]}" deleted\n`)
    break
  default:
    say(1, `error: unknown command "${args[0]}"`)
}

function option(name) {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args.splice(at, 2)[1]
}

function pods() {
  if (!existsSync(jobFile)) return []
  const { metadata, spec } = JSON.parse(readFileSync(jobFile, 'utf8'))
  const looks = Number(readFileSync(looksFile, 'utf8'))
  writeFileSync(looksFile, String(looks + 1))
  const { image } = spec.template.spec.containers[0]
  const status = existsSync(exitFile)
    ? {
        phase: 'Failed',
        containerStatuses: [{ state: { terminated: JSON.parse(readFileSync(exitFile, 'utf8')) } }],
      }
    : statusOf(image, looks)
  return [{ metadata: { name: `${metadata.name}-abcde` }, status }]
}

function statusOf(image, looks) {
  const waiting = (reason, message) => ({
    phase: 'Pending',
    containerStatuses: [{ state: { waiting: { reason, message } } }],
  })
  if (image.startsWith('absent'))
    return waiting('ErrImagePull', `failed to pull image "${image}": not found`)
  if (image.startsWith('bare'))
    return {
      phase: 'Failed',
      containerStatuses: [
        {
          state: {
            terminated: {
              exitCode: 127,
              reason: 'StartError',
              message: 'exec: "node": executable file not found in $PATH: unknown',
            },
          },
        },
      ],
    }
  if (looks === 0) return waiting('ContainerCreating', '')
  return { phase: 'Running', containerStatuses: [{ state: { running: {} } }] }
}

function attach() {
  const [container] = JSON.parse(readFileSync(jobFile, 'utf8')).spec.template.spec.containers
  const [file, ...words] = container.command
  const given = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
  const env = { PATH: process.env.SCRIPTED_PATH, HOME: folder, ...given }
  const child = spawn(file, words, { env, stdio: 'inherit', detached: true })
  writeFileSync(join(folder, 'pid'), String(child.pid))
  child.on('exit', (code, signal) => {
    const exitCode = signal ? 137 : code
    if (exitCode !== 0)
      writeFileSync(exitFile, JSON.stringify({ exitCode, reason: signal ? 'OOMKilled' : 'Error' }))
    // kubectl itself ends well.
    process.exit(0)
  })
}
