import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { historyConfig, makeHistory } from '../history.ts'
import { median, startRig, temporaryFolder } from '../rig.ts'

const RUNS = 3
const IDLE_ANSWERS = 500

export interface BackupFigures {
  readonly ms: number
  /** A bare copy of the same file. */
  readonly bareMs: number
  /** How long the master took for a small answer meanwhile, at most in 99 of 100 cases. */
  readonly answerMs: number
  /** The same while nothing else is asked of it. */
  readonly idleAnswerMs: number
}

/** A backup of so many builds, made by a master that runs and is asked things meanwhile. */
export async function backup(builds: number): Promise<BackupFigures> {
  const dataDir = temporaryFolder()
  makeHistory(dataDir, builds)
  const { client, stop } = await startRig(historyConfig(), dataDir)
  const times: number[] = []
  const bare: number[] = []
  const answers: number[] = []
  const idle: number[] = []
  for (let i = 0; i < IDLE_ANSWERS; i++) idle.push(await answer())
  for (let i = 0; i < RUNS; i++) {
    const at = performance.now()
    let done = false
    const made = client.request('backup:create').finally(() => {
      done = true
    })
    while (!done) answers.push(await answer())
    await made
    times.push(performance.now() - at)
    const from = performance.now()
    copyFileSync(join(dataDir, 'history.sqlite'), join(dataDir, 'bare'))
    bare.push(performance.now() - from)
  }
  await stop()
  rmSync(dataDir, { recursive: true, force: true })
  return {
    ms: median(times),
    bareMs: median(bare),
    answerMs: worst(answers),
    idleAnswerMs: worst(idle),
  }

  async function answer(): Promise<number> {
    const asked = performance.now()
    await client.request('builds:page', { limit: 1 })
    return performance.now() - asked
  }
}

function worst(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!
}
