import { existsSync, readFileSync } from 'node:fs'
import { parseConfig } from '../master/config/parse.ts'
import { describeProblems } from '../master/config/status.ts'
import { writeLasting } from '../master/lasting.ts'
import type { Master } from '../master/master.ts'
import { RefusedError } from './refused.ts'

/** master.yml as it is now; empty where there is none. */
export function readConfigText(master: Master): string {
  const { file } = master.config.status
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** @throws RefusedError with the faults of the text. */
export function mustBeGood(master: Master, text: string): void {
  const { config, problems } = parseConfig(text, master.config.status.file)
  if (!config) throw new RefusedError(describeProblems(problems))
}

/** It is in force when this returns. */
export function writeConfigText(master: Master, text: string): void {
  writeLasting(master.config.status.file, text)
  master.config.reload()
}
