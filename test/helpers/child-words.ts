import type { ChildProcess } from 'node:child_process'

export interface ChildWords {
  readonly said: () => string
  /** Resolves, with what the first group matched, once it has said so. Rejects when it ends before. */
  until(pattern: RegExp): Promise<string>
}

/** Listens to what a program writes, without its colours. */
export function listenTo(child: ChildProcess): ChildWords {
  let said = ''
  const looks = new Set<() => void>()
  for (const pipe of [child.stdout!, child.stderr!])
    pipe.on('data', text => {
      said += String(text).replace(/\x1b\[\d*m/g, '')
      for (const look of [...looks]) look()
    })
  return {
    said: () => said,
    until: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(said)
          if (!match) return
          looks.delete(look)
          resolve(match[1] ?? match[0])
        }
        looks.add(look)
        look()
        const ended = () => reject(new Error(`the slave has ended: ${said}`))
        if (child.exitCode !== null || child.signalCode !== null) ended()
        else child.once('exit', ended)
      }),
  }
}
