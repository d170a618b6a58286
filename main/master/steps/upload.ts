import type { UploadStep } from '../config/model.ts'
import { FAILURE, SUCCESS } from '../results.ts'
import { glob } from './glob.ts'
import type { RunStep, StepContext } from './step.ts'

const BLOCK_BYTES = 256 * 1024

/** Keeps files of the build with it. */
export const runUploadStep: RunStep<UploadStep> = async (config, context) => {
  const files = new Set<string>()
  for (const pattern of config.patterns.map(context.fill)) {
    const found = await findFiles(context, pattern)
    if (found.length === 0) return { results: FAILURE, text: `no file matches ${pattern}` }
    for (const file of found) files.add(file)
  }
  for (const file of files) {
    const sizeBytes = await keep(context, file)
    if (sizeBytes === undefined) return { results: FAILURE, text: `${file} could not be read` }
    await context.note(`kept ${file}, ${sizeBytes} bytes\n`)
  }
  return { results: SUCCESS, text: files.size === 1 ? '1 file' : `${files.size} files` }
}

/** Regular files that match a glob, relative to the workdir and never outside of it. */
export async function findFiles(context: StepContext, pattern: string): Promise<string[]> {
  const files = (await glob(context, pattern)) ?? []
  const inside = files.filter(
    file => !/^([\\/]|[a-z]:)/i.test(file) && !file.split(/[\\/]/).includes('..'),
  )
  const regular: string[] = []
  for (const file of inside) {
    const { stat } = await context.run('stat', { path: `${context.workdir}/${file}` })
    // The type is in the upper bits of the mode.
    if (stat && ((stat[0] ?? 0) & 0o170000) === 0o100000) regular.push(file)
  }
  return regular
}

async function keep(context: StepContext, file: string): Promise<number | undefined> {
  const { artifacts, build, data, workdir } = context
  const writer = await artifacts.begin()
  try {
    const { rc } = await context.run(
      'upload_file',
      { path: `${workdir}/${file}`, blocksize: BLOCK_BYTES, maxsize: null },
      { onUpload: bytes => writer.write(bytes) },
    )
    if (rc !== 0) {
      await writer.abandon()
      return undefined
    }
  } catch (error) {
    await writer.abandon()
    throw error
  }
  const { sha256, sizeBytes } = await writer.finish()
  data.addArtifact({ buildId: build.id, path: file, sizeBytes, sha256 })
  return sizeBytes
}
