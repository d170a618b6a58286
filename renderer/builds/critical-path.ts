export interface PathSpan {
  readonly key: string
  readonly from: number
  readonly to: number
}

/**
 * What the end waited for: from the span that ends last back to the one that ended last before
 * that began, and so on. Nothing else can be made shorter to the same effect.
 */
export function criticalPath(spans: readonly PathSpan[]): ReadonlySet<string> {
  const path = new Set<string>()
  let before = Number.POSITIVE_INFINITY
  for (;;) {
    let next: PathSpan | undefined
    for (const span of spans) {
      if (path.has(span.key) || span.to > before) continue
      // Of two that end together the longer one is waited for.
      if (!next || span.to > next.to || (span.to === next.to && span.from < next.from)) next = span
    }
    if (!next) return path
    path.add(next.key)
    before = next.from
  }
}
