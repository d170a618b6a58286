import { z } from 'zod'

/** The name of one file or folder: joined to a path it does not lead out of there, nor stay there. */
export const plainName = z.string().regex(/^(?!\.\.?$)[^/\\\0]+$/, 'is no name of a file or folder')

/**
 * What a folder says of itself, in a file with a numbered format: looked through
 * before anything is believed.
 *
 * @param known Newest format of this version.
 * @param words `newer`: what to say of a later format, without the numbers; `damaged`: of anything else.
 * @throws Error in one sentence.
 */
export function parseDescribed<T>(
  content: unknown,
  shape: z.ZodType,
  known: number,
  words: { readonly newer: readonly [is: string, todo: string]; readonly damaged: string },
): T {
  const { format } = (content ?? {}) as { format?: unknown }
  if (typeof format === 'number' && format > known)
    throw new Error(
      `${words.newer[0]} by a newer Triphammer (format ${format}, this version knows ${known}); ${words.newer[1]} with that version`,
    )
  const parsed = shape.safeParse(content)
  if (parsed.success) return parsed.data as T
  throw new Error(`${words.damaged} (${describeError(parsed.error)})`)
}

/** In one line; of what does not have its shape, the first that is wrong. */
export function describeError(error: unknown): string {
  if (!(error instanceof z.ZodError)) return (error as Error).message
  const [issue] = error.issues
  return `${issue!.path.join('.')}: ${issue!.message}`
}
