import picomatch from 'picomatch'
import { createFileFrames, type FileHead } from '../../../../slave/protocol/file-frames.ts'
import { glob } from '../glob.ts'
import type { StepContext } from '../step.ts'
import { several, type Trouble } from './found.ts'
import { LEFT_OUT, USUAL_PLACES } from './report-places.ts'

/** When the step began, by the clock of the file system that its reports are written to. */
export interface StepMark {
  readonly path: string
  /** In whole seconds, where the slave can't compare itself. */
  readonly atS: number | undefined
}

export interface CollectedReports {
  readonly troubles: readonly Trouble[]
  readonly hints: readonly string[]
}

const LARGEST_REPORT_BYTES = 64 * 1024 * 1024
const BLOCK_BYTES = 256 * 1024
// Small files are fetched side by side.
const SMALL_BYTES = 1024 * 1024
const AT_A_TIME = 16
// `*.xml` and `*.trx` in one pattern that Buildbot's workers understand, too.
const ANY_REPORT = '**/*.[xt][mr][lx]'
const MOST_NAMED = 5

/**
 * Makes an empty folder beside the sources: what is changed from now on is newer than it. Neither the clock of the master
 * nor that of the slave has to be right.
 */
export async function markStepStart(context: StepContext): Promise<StepMark | undefined> {
  const path = `${context.folder}/step-mark`
  await context.run('rmdir', { paths: [path] })
  const { rc } = await context.run('mkdir', { paths: [path] })
  if (rc !== 0) return undefined
  if (context.session.capabilities.uploadFiles !== undefined) return { path, atS: undefined }
  const { stat } = await context.run('stat', { path })
  return { path, atS: stat?.[8] }
}

/**
 * Fetches reports and hands them to `take`, piece by piece.
 *
 * @param configured The patterns that the step names. Without them the usual places are looked at, and only what was
 *   written since `mark` counts: an old report must not speak for a new build.
 */
export async function collectReports(
  context: StepContext,
  configured: readonly string[] | undefined,
  mark: StepMark | undefined,
  take: (path: string, bytes: Uint8Array, last: boolean) => Promise<void>,
): Promise<CollectedReports> {
  const troubles: Trouble[] = []
  const older: string[] = []
  let count = 0

  if (context.session.capabilities.uploadFiles !== undefined) await fetchAll()
  else await fetchEach()

  if (configured && count === 0 && troubles.length === 0)
    troubles.push({ grave: false, text: `no file matches junit: ${configured.join(', ')}` })
  return { troubles, hints: hintsOf() }

  async function fetchAll() {
    const frames = createFileFrames((head, bytes, last) =>
      head.left === undefined ? receive(head.path, bytes, last) : Promise.resolve(leave(head)),
    )
    const patterns = configured ?? USUAL_PLACES
    const { rc } = await context.run(
      'upload_files',
      {
        workdir: context.workdir,
        patterns,
        leave_out: LEFT_OUT.filter(name => !patterns.some(pattern => pattern.includes(name))),
        newer_than: configured ? null : (mark?.path ?? null),
        maxsize: LARGEST_REPORT_BYTES,
        blocksize: BLOCK_BYTES,
      },
      { onUpload: bytes => frames.write(bytes) },
    )
    if (rc !== 0)
      troubles.push({ grave: true, text: 'the reports could not be fetched from the slave' })
  }

  // Stock workers, and slaves of older versions.
  async function fetchEach() {
    const files = await findFiles()
    for (let at = 0; at < files.length; at += AT_A_TIME) {
      const some = files.slice(at, at + AT_A_TIME)
      const stats = await Promise.all(
        some.map(file => context.run('stat', { path: `${context.workdir}/${file}` })),
      )
      const wanted: { readonly path: string; readonly size: number }[] = []
      for (const [index, { stat }] of stats.entries()) {
        const path = some[index]!
        // The type is in the upper bits of the mode.
        if (!stat || ((stat[0] ?? 0) & 0o170000) !== 0o100000) continue
        const size = stat[6] ?? 0
        if (!configured && mark?.atS !== undefined && (stat[8] ?? 0) < mark.atS)
          leave({ path, size: 0, left: 'older' })
        else if (size > LARGEST_REPORT_BYTES) leave({ path, size: 0, left: 'large' })
        else wanted.push({ path, size })
      }
      const small = wanted.filter(({ size }) => size <= SMALL_BYTES)
      const fetched = await Promise.all(small.map(({ path }) => fetchSmall(path)))
      for (const [index, bytes] of fetched.entries())
        if (bytes) await receive(small[index]!.path, bytes, true)
      for (const { path, size } of wanted) if (size > SMALL_BYTES) await fetchLarge(path)
    }
  }

  async function findFiles(): Promise<string[]> {
    const found = new Set<string>()
    for (const pattern of configured ?? [ANY_REPORT])
      for (const file of (await glob(context, pattern)) ?? []) {
        const path = file.replaceAll('\\', '/')
        if (/^\/|(^|\/)\.\.(\/|$)/.test(path)) continue
        if (configured || isUsual(path)) found.add(path)
      }
    return [...found]
  }

  async function fetchSmall(path: string): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    const { rc } = await context.run('upload_file', argumentsOf(path), {
      // A copy: the bytes are a window into the message.
      onUpload: async bytes => void parts.push(bytes.slice()),
    })
    if (rc === 0) return Buffer.concat(parts)
    leave({ path, size: 0, left: 'unreadable' })
    return undefined
  }

  async function fetchLarge(path: string) {
    const { rc } = await context.run('upload_file', argumentsOf(path), {
      onUpload: bytes => take(path, bytes, false),
    })
    if (rc !== 0) leave({ path, size: 0, left: 'unreadable' })
    await receive(path, new Uint8Array(), true)
  }

  function argumentsOf(path: string) {
    return {
      path: `${context.workdir}/${path}`,
      blocksize: BLOCK_BYTES,
      maxsize: LARGEST_REPORT_BYTES,
    }
  }

  function receive(path: string, bytes: Uint8Array, last: boolean): Promise<void> {
    if (last) count++
    return take(path, bytes, last)
  }

  function leave({ path, left, why }: FileHead) {
    if (left === 'older') {
      older.push(path)
      return
    }
    count++
    const mebibytes = LARGEST_REPORT_BYTES / 1024 / 1024
    troubles.push({
      grave: true,
      text:
        left === 'large'
          ? `${path} is larger than ${mebibytes} MiB and was not read`
          : `${path} could not be read${why === undefined ? '' : `: ${why}`}`,
    })
  }

  function hintsOf(): string[] {
    if (older.length === 0 || count > 0) return []
    const named = older.slice(0, MOST_NAMED).join(', ')
    const more = older.length > MOST_NAMED ? ` and ${older.length - MOST_NAMED} more` : ''
    return [
      `${several(older.length, 'report')} of an earlier run ${older.length === 1 ? 'was' : 'were'} not read: ${named}${more}.`,
    ]
  }
}

const isUsualPlace = picomatch([...USUAL_PLACES])

function isUsual(path: string): boolean {
  return !path.split('/').some(part => LEFT_OUT.includes(part)) && isUsualPlace(path)
}
