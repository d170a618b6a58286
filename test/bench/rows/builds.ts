import { spawn } from 'node:child_process'
import type { BuilderId } from '../../../main/master/model.ts'
import { discard, hearEnds, median, type Rig, slavesOnline, startRig } from '../rig.ts'

const QUEUE = 400
const NO_OP = `builders:
  - name: no-op
    steps:
      - shell: ["true"]
`

/** How many one-step builds a second go through `slaves` local slaves, from a filled queue. */
export async function buildsPerSecond(slaves: number): Promise<number> {
  const names = Array.from({ length: slaves }, (_, i) => `s${i}`)
  const rig = await startRig(
    `slaves:\n${names.map(name => `  - { name: ${name}, maxBuilds: 1 }\n`).join('')}${NO_OP}`,
  )
  await slavesOnline(rig.client)
  await forceOne(rig)
  for (const name of names)
    await rig.client.request('slave:pause', { name, reason: 'fill the queue', until: null })
  const ends = await hearEnds(rig.client)
  const builderId = (await rig.builderId('no-op')) as BuilderId
  for (let i = 0; i < QUEUE; i++) await force(rig, builderId)
  const startedAt = performance.now()
  for (const name of names) await rig.client.request('slave:unpause', { name })
  const builds = await ends.until(QUEUE)
  const seconds = (performance.now() - startedAt) / 1000
  if (builds.some(build => build.results !== 0)) throw new Error('a build was not good')
  ends.stop()
  await discard(rig)
  return QUEUE / seconds
}

/** How long a forced no-op build takes on an idle master, from the order to the news of its end, in ms. */
export async function forceToFinished(): Promise<number> {
  const rig = await startRig(NO_OP)
  await slavesOnline(rig.client)
  const times: number[] = []
  for (let i = 0; i < 33; i++) times.push(await forceOne(rig))
  await discard(rig)
  // The first ones warm up.
  return median(times.slice(3))
}

/** How often a second a bare loop spawns the same program and waits for its end. */
export async function spawnsPerSecond(): Promise<number> {
  const startedAt = performance.now()
  for (let i = 0; i < QUEUE; i++)
    await new Promise<void>(resolve => {
      spawn('true', { stdio: ['ignore', 'pipe', 'pipe'], detached: true }).on('close', () =>
        resolve(),
      )
    })
  return QUEUE / ((performance.now() - startedAt) / 1000)
}

async function forceOne(rig: Rig): Promise<number> {
  const ends = await hearEnds(rig.client)
  const builderId = (await rig.builderId('no-op')) as BuilderId
  const startedAt = performance.now()
  await force(rig, builderId)
  await ends.until(1)
  ends.stop()
  return performance.now() - startedAt
}

function force(rig: Rig, builderId: BuilderId) {
  const order = { builderId, branch: null, revision: null, reason: 'bench', properties: {} }
  return rig.client.request('build:force', order)
}
