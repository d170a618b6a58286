type Call = (path: readonly string[], args: readonly unknown[]) => Promise<unknown>

/** Something in another process: every member is a function that returns a promise. */
export type Remote = ((...args: unknown[]) => Promise<unknown>) & {
  readonly [name: string]: Remote
}

/** `remote(call).a.b(1)` calls `call(['a', 'b'], [1])`. */
export function remote(call: Call, path: readonly string[] = []): Remote {
  return new Proxy(() => {}, {
    get: (_target, name) =>
      // What is awaited must not look like a promise.
      name === 'then' || typeof name === 'symbol' ? undefined : remote(call, [...path, name]),
    apply: (_target, _this, args) => call(path, args),
  }) as unknown as Remote
}
