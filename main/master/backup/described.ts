import type { z } from 'zod'

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
  const [issue] = parsed.error.issues
  throw new Error(`${words.damaged} (${issue!.path.join('.')}: ${issue!.message})`)
}
