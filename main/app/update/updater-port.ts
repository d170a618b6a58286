/** A release as its feed tells it. */
export interface Release {
  readonly version: string
  readonly files: readonly {
    readonly url: string
    readonly sha512: string
    readonly size?: number
  }[]
  readonly releaseDate?: string
  readonly stagingPercentage?: number
  /** Plain text or HTML. */
  readonly notes: string
  /** Ours, beside what electron-builder writes. */
  readonly signature: unknown
}

export interface Progress {
  /** From 0 to 1. */
  readonly fraction: number
  readonly bytesPerSecond: number
}

/** What the app needs of electron-updater. */
export interface UpdaterPort {
  /** The newer release for this machine, or `null`. Rejects when the feed can't be read. */
  check(channel: string): Promise<Release | null>
  /** Resolves when the file is here and its hash is right. */
  download(onProgress: (progress: Progress) => void): Promise<void>
  /**
   * Lets the system's own updater take and verify the file, where it has one (Squirrel on macOS).
   * Nothing has been stopped yet. Rejects with its reason when it refuses, or does not answer.
   */
  verify(): Promise<void>
  /** Swaps the app and starts the new one when this process has gone. Everything has been stopped. */
  install(): void
}

/** How this copy of the app came to be here decides who may replace it. */
export type Installed =
  | { readonly kind: 'replaceable' }
  /** A package manager owns the files: a person is told what to type. */
  | { readonly kind: 'told'; readonly command: (release: Release) => string }
  | { readonly kind: 'never'; readonly reason: string }
