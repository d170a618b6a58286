export function releaseFaults(of: {
  readonly tag: string
  readonly manifest: object
  readonly packaging: object
  readonly root: string
}): readonly string[]
