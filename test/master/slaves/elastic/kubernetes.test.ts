import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RETRY, SUCCESS } from '../../../../main/master/results.ts'
import { judgePod, type Pod } from '../../../../main/master/slaves/elastic/pod.ts'
import { createFakeClock } from '../../../helpers/clock.ts'
import { plainFolder, temporaryFolder } from '../../../helpers/folders.ts'
import { testMaster } from '../../../helpers/master.ts'
import { isGone } from '../../../helpers/processes.ts'
import { packedSlave, scriptedEngine } from '../../../helpers/scripted-engine.ts'

// No cluster runs where these tests do: a script stands for kubectl, and a process of this
// machine for the pod. The slave that comes up in it is the real one.

async function masterWith(slave: object = {}, step: object = { shell: 'echo $GREETING' }) {
  const kubectl = scriptedEngine('kubectl')
  const clock = createFakeClock()
  const basedir = plainFolder('basedir')
  const master = await testMaster({
    env: kubectl.env,
    packedSlave: await packedSlave(),
    clock,
    config: {
      slaves: [{ name: 'Pod_1', kind: 'kubernetes', image: 'node:24', basedir, ...slave }],
      builders: [{ name: 'calc', steps: [{ name: 'build', ...step }] }],
    },
  })
  const trouble = () =>
    master.until(
      'slave/changed',
      one => one.state === 'offline' && one.reason !== 'starts on demand',
    )
  return { kubectl, clock, master, trouble }
}

test('a slave comes up in a Job, on a scripted kubectl, builds, and goes when it is idle', async () => {
  const { kubectl, clock, master } = await masterWith({
    context: 'desk',
    namespace: 'builds',
    env: { GREETING: 'hello' },
    resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { memory: '2Gi' } },
  })
  const build = await master.build('calc')
  const text = await master.logText(build, 'build')
  const [pid] = kubectl.pids
  if (master.data.slave('Pod_1')!.building.length > 0)
    await master.until('slave/changed', one => one.building.length === 0)
  const offline = master.until('slave/changed', one => one.state === 'offline')
  clock.advance(5 * 60_000)
  await offline
  await isGone(pid!)
  const verbs = kubectl.calls.map(call =>
    call.slice(0, 6).map(word => word.replace(/^(triphammer-pod-1)-.*/, '$1…')),
  )
  const where = ['--context', 'desk', '--namespace', 'builds']
  expect([
    build.results,
    text,
    verbs.filter((one, i) => one.at(-2) !== verbs[i - 1]?.at(-2)),
  ]).toEqual([
    SUCCESS,
    'hello\n',
    [
      [...where, 'create', '--filename'],
      [...where, 'get', 'pods'],
      [...where, 'attach', '--quiet'],
      [...where, 'get', 'pods'],
      [...where, 'delete', 'job'],
    ],
  ])
  expect(master.data.slaveConsole('Pod_1')).toContain('[waits for its pod: ContainerCreating]')
})

test('a pod that dies in mid-build, on a scripted kubectl, costs a RETRY, and says why', async () => {
  const marker = join(temporaryFolder(), 'second')
  const { kubectl, clock, master, trouble } = await masterWith(
    {},
    { shell: `test -e '${marker}' || { echo hangs; sleep 600; }` },
  )
  const request = master.request('calc')
  await master.wrote('build', 'hangs')
  writeFileSync(marker, '')
  const died = trouble()
  process.kill(-kubectl.pids[0]!, 'SIGKILL')
  const { reason } = await died
  clock.advance(5000)
  await master.completed(request)
  const results = master.data.buildsOfRequest(request).map(build => build.results)
  expect([reason, results]).toEqual([
    'the container ended with exit status 137: OOMKilled',
    [RETRY, SUCCESS],
  ])
})

test.each([
  [
    'kubectl is missing',
    {},
    '"kubectl" was not found on this machine: install it, and see that "kubectl get pods" works',
    'absent',
  ],
  [
    'the cluster is down',
    {},
    'the cluster does not answer (The connection to the server localhost:8080 was refused - did you specify the right host or port?): see that "kubectl get pods" works',
    'down',
  ],
  [
    'there is no such context',
    { context: 'nowhere' },
    'kubectl knows no context "nowhere": "kubectl config get-contexts" lists those that it knows',
  ],
  [
    'there is no such image',
    { image: 'absent:1' },
    'the Job of absent:1 failed: failed to pull image "absent:1": not found',
  ],
  [
    'the image has no Node',
    { image: 'bare:1' },
    'there is no "node" in image bare:1: a slave needs Node 22 or later there; install it, or say with "node:" where it is',
  ],
])(
  'that %s is told in a sentence, on a scripted kubectl, and the Job is removed',
  async (_, slave, words, how?: string) => {
    const { kubectl, master, trouble } = await masterWith(slave)
    if (how === 'down') writeFileSync(join(kubectl.folder, 'down'), '')
    if (how === 'absent') kubectl.env.PATH = '/nowhere'
    const told = trouble()
    master.request('calc')
    const { reason } = await told
    const made =
      kubectl.calls.some(call => call.includes('create')) &&
      how === undefined &&
      !words.includes('context')
    const removed = kubectl.calls.some(call => call.includes('delete'))
    expect([reason, removed]).toEqual([words, made])
  },
)

test('a pod is judged by what Kubernetes says of it', () => {
  const pod = (status: NonNullable<Pod['status']>) => ({ metadata: { name: 'p' }, status })
  expect([
    judgePod(undefined),
    judgePod(pod({ phase: 'Pending' })),
    judgePod(
      pod({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }],
      }),
    ),
    judgePod(pod({ phase: 'Running' })),
    judgePod(pod({ phase: 'Failed', message: 'The node was low on memory.' })),
    judgePod(
      pod({
        phase: 'Pending',
        containerStatuses: [{ state: { waiting: { reason: 'InvalidImageName' } } }],
      }),
    ),
  ]).toEqual([
    { is: 'waiting', reason: 'it is not there yet' },
    { is: 'waiting', reason: 'it is being started' },
    { is: 'waiting', reason: '0/3 nodes are available' },
    { is: 'running', name: 'p' },
    { is: 'failed', status: -1, reason: 'The node was low on memory.' },
    { is: 'failed', status: -1, reason: 'InvalidImageName' },
  ])
})
