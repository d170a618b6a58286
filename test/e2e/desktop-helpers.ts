import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LastRun } from '../../main/host/state.ts'
import type { Application } from './application.ts'

/** What state.json says of the last run, or of this one. */
export function lastRun(dataDir: string): LastRun | null {
  return JSON.parse(readFileSync(join(dataDir, 'state.json'), 'utf8')).lastRun
}

/** Clicks in a later turn: the answer has to be on its way before the app ends. */
export function clickMenu({ app }: Application, id: string): Promise<void> {
  return app.evaluate(({ Menu }, id) => {
    setTimeout(() => Menu.getApplicationMenu()!.getMenuItemById(id)!.click(), 0)
  }, id)
}

/** What would be on the screen; only the double notes it. */
export function shownDialogues({ app }: Application): Promise<string[]> {
  return app.evaluate(({ dialog }) => {
    const { shown } = dialog as unknown as { shown: { message: string }[] }
    return shown.map(({ message }) => message)
  })
}

/** Answers the questions of the app with these buttons, one after the other, and gives what was asked. */
export async function answerDialogues(
  { app }: Application,
  answers: readonly number[],
): Promise<() => Promise<string[][]>> {
  await app.evaluate(({ dialog }, given) => {
    const answers = [...given]
    const asked: string[][] = []
    Object.assign(globalThis, { asked })
    Object.assign(dialog, {
      async showMessageBox(...args: unknown[]) {
        const { message, buttons } = args.at(-1) as { message: string; buttons: string[] }
        asked.push([message, ...buttons])
        return { response: answers.shift(), checkboxChecked: false }
      },
    })
  }, answers)
  return () => app.evaluate(() => (globalThis as unknown as { asked: string[][] }).asked)
}

interface Program {
  readonly path: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Starts the app without a driver, for a start that ends by itself. */
export function runOnce(
  { path, args, env }: Program,
  more: readonly string[] = [],
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, ['--no-sandbox', ...args, ...more], { env, stdio: 'pipe' })
    let stderr = ''
    child.stderr.on('data', part => {
      stderr += part
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code, stderr }))
  })
}
