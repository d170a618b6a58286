import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuilderId } from '../../../main/master/model.ts'
import { startBuildbotMaster, startWorker } from '../../helpers/buildbot.ts'
import { runEndings } from '../../helpers/cleanup.ts'
import {
  discard,
  hearEnds,
  median,
  type Rig,
  ROOT,
  slavesOnline,
  startRig,
  temporaryFolder,
} from '../rig.ts'

/** What a slave reaches: milliseconds for a step that does nothing, and MiB a second of its log. */
export interface SlaveFigures {
  readonly stepMs: number
  readonly logMibPerSecond: number
}

const STEPS = 20
const LOG_MIB = 20
const LOG_BYTES = LOG_MIB * 1024 * 1024
const LINE = '1234567890123456789012345678901234567890123456789012345678901234567890123456789'
const PASSWORD = 'of-the-bench'

function config(slave: string): string {
  const steps = Array.from(
    { length: STEPS },
    (_, i) => `      - { shell: ["true"], name: s${i} }\n`,
  )
  return `${slave}builders:
  - name: steps
    steps:
${steps.join('')}  - name: log
    steps:
      - { shell: "yes ${LINE} | head -c ${LOG_BYTES}", name: spew }
`
}

const DIALS_IN = `slavePort: { host: 127.0.0.1, port: 0, tls: false }\nslaves: [{ name: w0, kind: remote }]\n`

/** A stock worker on our master. */
export async function stockWorkerHere(): Promise<SlaveFigures> {
  const rig = await startRig(config(DIALS_IN))
  const { port } = await invited(rig)
  startWorker({ port, name: 'w0', password: PASSWORD })
  const figures = await measure(rig)
  await runEndings('file')
  await discard(rig)
  return figures
}

/** The same worker on Buildbot's own master, over the same protocol. */
export async function stockWorkerThere(): Promise<SlaveFigures> {
  const master = await startBuildbotMaster()
  startWorker({ port: master.slavePort, name: 'w0', password: 'pass:word' })
  await master.build('no-op')
  const times: number[] = []
  for (let i = 0; i < 3; i++) times.push(await msOf(master.build('steps')))
  const logMs = await msOf(master.build('log'))
  await runEndings('file')
  return { stepMs: median(times) / STEPS, logMibPerSecond: LOG_MIB / (logMs / 1000) }
}

/** Our slave, dialled in over TLS. */
export async function remoteSlave(): Promise<SlaveFigures> {
  const rig = await startRig(config(DIALS_IN.replace(', tls: false', '')))
  const { port, fingerprint } = await invited(rig)
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 })
  const dial = ['--master', `127.0.0.1:${port}`, '--password-file', join(folder, 'password')]
  const args = ['--name', 'w0', ...dial, '--fingerprint', fingerprint, '--state', folder]
  const child = spawn(process.execPath, [join(ROOT, 'slave/main.ts'), ...args], { stdio: 'ignore' })
  const figures = await measure(rig)
  child.kill()
  await once(child, 'exit')
  await discard(rig)
  return figures
}

/** Our slave on the master's own machine. */
export async function localSlave(): Promise<SlaveFigures> {
  const rig = await startRig(config(''))
  const figures = await measure(rig)
  await discard(rig)
  return figures
}

async function invited(rig: Rig): Promise<{ port: number; fingerprint: string }> {
  const { slavePort } = await rig.client.request('attach:info')
  if (!slavePort) throw new Error('the master listens nowhere for slaves')
  const answer = await rig.client.request('attach:invite', {
    name: 'w0',
    tags: [],
    maxBuilds: 1,
    password: PASSWORD,
  })
  if (!answer.ok) throw new Error(answer.message)
  return slavePort
}

async function measure(rig: Rig): Promise<SlaveFigures> {
  await slavesOnline(rig.client)
  const times: number[] = []
  for (let i = 0; i < 5; i++) times.push(await msOf(build(rig, 'steps')))
  const logMs = await msOf(build(rig, 'log'))
  return { stepMs: median(times) / STEPS, logMibPerSecond: LOG_MIB / (logMs / 1000) }
}

async function build(rig: Rig, name: string): Promise<void> {
  const ends = await hearEnds(rig.client)
  const builderId = (await rig.builderId(name)) as BuilderId
  const order = { builderId, branch: null, revision: null, reason: 'bench', properties: {} }
  await rig.client.request('build:force', order)
  const [ended] = await ends.until(1)
  ends.stop()
  if (ended!.results !== 0) throw new Error(`a build ended as ${ended!.stateString}`)
}

async function msOf(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work
  return performance.now() - startedAt
}
