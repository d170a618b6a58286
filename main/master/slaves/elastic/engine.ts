import type { Readable, Writable } from 'node:stream'

/** What brings up a machine with a slave on it: docker, ssh, kubectl. */
export interface Engine {
  /** What it does while the slave is `starting`, for people. */
  readonly what: string
  /** @throws Error in one sentence that says what is wrong and what to do. */
  launch(signal: AbortSignal): Promise<Machine>
}

/** A machine that was asked for. Its slave speaks over the two streams. */
export interface Machine {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when it has gone, with the reason in one sentence. */
  readonly exited: Promise<string>
  /** Ends it, whatever it does. */
  kill(): void
  /** Removes what the engine would keep of it. */
  tidy(): Promise<void>
}

export interface EngineOptions {
  /** Of the slave. */
  readonly name: string
  /** Tells this master's machines from those of others. */
  readonly id: string
  readonly version: string
  /** The slave as one file. */
  readonly packedSlave: string
  /** The environment of the person whose engines these are. */
  readonly env: Readonly<Record<string, string>>
  /** What the engine says, and the slave on its console. */
  readonly onConsole: (text: string) => void
}
