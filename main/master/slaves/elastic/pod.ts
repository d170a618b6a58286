import { z } from 'zod'

const state = z.looseObject({
  waiting: z
    .looseObject({ reason: z.string().optional(), message: z.string().optional() })
    .optional(),
  terminated: z
    .looseObject({
      exitCode: z.number().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
    })
    .optional(),
})
const pod = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z
    .looseObject({
      phase: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z
        .array(
          z.looseObject({ type: z.string(), status: z.string(), message: z.string().optional() }),
        )
        .optional(),
      containerStatuses: z.array(z.looseObject({ state: state.optional() })).optional(),
    })
    .optional(),
})
const list = z.looseObject({ items: z.array(pod) })

/** A pod, as far as we look at it. */
export type Pod = z.infer<typeof pod>

export type PodVerdict =
  | { readonly is: 'running'; readonly name: string }
  | { readonly is: 'waiting'; readonly reason: string }
  | { readonly is: 'failed'; readonly reason: string; readonly status: number }

// The kubelet goes on trying, but these do not mend by themselves while a build waits.
const HOPELESS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
])

/** @throws Error when kubectl printed something else than a list of pods. */
export function readPods(text: string): readonly Pod[] {
  try {
    return list.parse(JSON.parse(text)).items
  } catch (error) {
    throw new Error('kubectl printed something else than a list of pods', { cause: error })
  }
}

/** How a pod fares whose one container is to run. */
export function judgePod(one: Pod | undefined): PodVerdict {
  if (!one) return { is: 'waiting', reason: 'it is not there yet' }
  const { phase, reason, message, conditions = [], containerStatuses = [] } = one.status ?? {}
  const { waiting, terminated } = containerStatuses[0]?.state ?? {}
  if (terminated)
    return {
      is: 'failed',
      status: terminated.exitCode ?? -1,
      reason: terminated.message || terminated.reason || 'it does not say why',
    }
  if (phase === 'Failed')
    return { is: 'failed', status: -1, reason: message || reason || 'it does not say why' }
  if (phase === 'Running') return { is: 'running', name: one.metadata.name }
  const words = (waiting?.message || waiting?.reason || '').trim()
  if (HOPELESS.has(waiting?.reason ?? '')) return { is: 'failed', status: -1, reason: words }
  const unscheduled = conditions.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  return { is: 'waiting', reason: unscheduled?.message ?? (words || 'it is being started') }
}
