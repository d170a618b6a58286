/** Thrown at a wish that can't be fulfilled; its message is for the person who asked. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

/** @throws RefusedError with `reason` when there is no value. */
export function mustBe<T>(value: T | undefined, reason: string): T {
  if (value === undefined) throw new RefusedError(reason)
  return value
}
