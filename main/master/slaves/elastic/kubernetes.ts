import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { KubernetesConfig } from '../../config/elastic.ts'
import { createBootstrap } from './bootstrap.ts'
import type { Engine, EngineOptions, Machine } from './engine.ts'
import { explainNode, explainOther } from './node-words.ts'
import { askPiped, type PipedExit, startPiped } from './piped-program.ts'
import { judgePod, readPods } from './pod.ts'

const LOOK_MS = 1000
const CONTAINER = 'slave'

/** Brings up a slave in a Job of a cluster, by kubectl with the person's own context. */
export function kubernetesEngine(config: KubernetesConfig, options: EngineOptions): Engine {
  const { image, node, namespace, context } = config
  const { env, onConsole } = options
  const client = { env, onText: onConsole }
  const where = [
    ...(context === null ? [] : ['--context', context]),
    ...(namespace === null ? [] : ['--namespace', namespace]),
  ]

  return { what: `a Job of ${image}`, launch }

  async function launch(signal: AbortSignal): Promise<Machine> {
    const job = jobName(options)
    const { script, payload } = createBootstrap({
      program: await readFile(options.packedSlave),
      version: options.version,
      name: options.name,
      basedir: config.basedir,
    })
    const manifest = JSON.stringify(jobManifest(config, options, job, script))
    const made = await askPiped('kubectl', [...where, 'create', '--filename', '-'], {
      ...client,
      input: manifest,
    })
    if (made.status !== 0) throw new Error(explain(made))
    try {
      const pod = await waitForPod(job, signal)
      const attach = ['attach', '--quiet', '--stdin', '--container', CONTAINER, pod]
      const program = startPiped('kubectl', [...where, ...attach], client)
      program.stdin.write(payload)
      return {
        stdin: program.stdin,
        stdout: program.stdout,
        exited: program.exited.then(exit => explainEnd(exit, pod)),
        kill: program.kill,
        tidy: () => remove(job),
      }
    } catch (error) {
      await remove(job)
      throw error
    }
  }

  // Until its container runs; an image may take its time to arrive.
  async function waitForPod(job: string, signal: AbortSignal): Promise<string> {
    const until = performance.now() + config.startTimeoutMs
    let told = ''
    for (;;) {
      if (signal.aborted) throw new Error('it is not wanted any more')
      const [pod] = await pods(['--selector', `job-name=${job}`])
      const verdict = judgePod(pod)
      if (verdict.is === 'running') return verdict.name
      if (verdict.is === 'failed')
        throw new Error(
          explainNode(
            { status: verdict.status, failure: null, lastLines: [verdict.reason] },
            `image ${image}`,
            node,
          ) ?? `the Job of ${image} failed: ${verdict.reason}`,
        )
      if (verdict.reason !== told) onConsole(`[waits for its pod: ${verdict.reason}]\r\n`)
      told = verdict.reason
      if (performance.now() > until)
        throw new Error(`the Job of ${image} did not come up: ${verdict.reason}`)
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
    }
  }

  async function pods(which: readonly string[]) {
    const asked = await askPiped(
      'kubectl',
      [...where, 'get', 'pods', ...which, '--output', 'json'],
      client,
    )
    if (asked.status !== 0) throw new Error(explain(asked))
    return readPods(asked.output)
  }

  // kubectl itself ends well when what it was attached to ended badly.
  async function explainEnd(exit: PipedExit, pod: string): Promise<string> {
    const [now] = await pods(['--field-selector', `metadata.name=${pod}`]).catch(() => [])
    const verdict = judgePod(now)
    if (verdict.is === 'failed') {
      const known = explainNode({ ...exit, status: verdict.status }, `image ${image}`, node)
      return known ?? `the container ended with exit status ${verdict.status}: ${verdict.reason}`
    }
    return now === undefined && exit.status === 0 ? 'its pod was removed' : explain(exit)
  }

  async function remove(job: string): Promise<void> {
    const which = ['delete', 'job', job, '--ignore-not-found', '--wait=false']
    await askPiped('kubectl', [...where, ...which], { env, onText() {} })
  }

  function explain(exit: PipedExit): string {
    const said = exit.lastLines.join('\n')
    if (exit.failure === 'absent')
      return '"kubectl" was not found on this machine: install it, and see that "kubectl get pods" works'
    if (/context .* does not exist|no context exists/i.test(said))
      return `kubectl knows no context "${context}": "kubectl config get-contexts" lists those that it knows`
    if (/namespaces? "[^"]*" not found/i.test(said))
      return `the cluster has no namespace "${namespace ?? 'default'}": make it, or say with "namespace:" which one to use`
    if (
      /was refused|unable to connect|no configuration has been provided|i\/o timeout|no such host/i.test(
        said,
      )
    )
      return `the cluster does not answer (${exit.lastLines.at(-1)}): see that "kubectl get pods" works`
    if (/forbidden/i.test(said))
      return `the cluster does not let you make Jobs there (${exit.lastLines.at(-1)})`
    return explainOther(exit, 'kubectl')
  }
}

function jobName({ name, id }: EngineOptions): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-')
  return `triphammer-${plain.slice(0, 30)}-${id}-${randomBytes(3).toString('hex')}`
}

const PULL = { missing: 'IfNotPresent', always: 'Always', never: 'Never' } as const

/** The Job that is asked for: one try, gone with its stdin, nothing kept. */
export function jobManifest(
  { image, node, env, resources, pull }: KubernetesConfig,
  { name, id }: Pick<EngineOptions, 'name' | 'id'>,
  job: string,
  script: string,
): object {
  const labels = { 'app.kubernetes.io/managed-by': 'triphammer', 'triphammer/master': id }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: job, labels, annotations: { 'triphammer/slave': name } },
    spec: {
      backoffLimit: 0,
      ttlSecondsAfterFinished: 60,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          // The pause container reaps what the steps orphan.
          shareProcessNamespace: true,
          containers: [
            {
              name: CONTAINER,
              image,
              imagePullPolicy: PULL[pull],
              command: [node, '-e', script],
              // With the first link that ends, stdin ends, and the slave with it.
              stdin: true,
              stdinOnce: true,
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
              resources,
            },
          ],
        },
      },
    },
  }
}
