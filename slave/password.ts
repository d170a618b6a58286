import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { writeWhole } from './protocol/write-whole.ts'

export const PASSWORD_FILE = 'password'

export interface Password {
  readonly text: string
  /** Keeps it for the next start, once the master took it. */
  keep(): void
}

/**
 * The password with which a slave dials in: from the file that was named ("-" is
 * the standard input), from the state folder, or typed by the person who is there.
 *
 * @throws Error that says in one sentence what is wrong and what to do.
 */
export async function readPassword(named: string | undefined, folder: string): Promise<Password> {
  const kept = join(folder, PASSWORD_FILE)
  if (named === '-') return { text: mustHave(await readInput(), 'the standard input'), keep() {} }
  if (named !== undefined) return { text: readPrivate(named), keep() {} }
  if (existsSync(kept)) return { text: readPrivate(kept), keep() {} }
  if (!process.stdin.isTTY)
    throw new Error(
      'no password: name a file with --password-file, or start it once in a terminal, where it asks',
    )
  const text = mustHave(await ask('Password (the master showed it): '), 'what was typed')
  return {
    text,
    keep() {
      writeWhole(kept, `${text}\n`)
    },
  }
}

/** False when there was none. */
export function forgetPassword(folder: string): boolean {
  const kept = join(folder, PASSWORD_FILE)
  const there = existsSync(kept)
  rmSync(kept, { force: true })
  return there
}

function readPrivate(file: string): string {
  let text: string
  let mode: number
  try {
    text = readFileSync(file, 'utf8')
    mode = statSync(file).mode
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'this user may not read it'
          : code === 'EISDIR'
            ? 'it is a folder'
            : message
    throw new Error(`the password file ${file} can't be read: ${why}`)
  }
  // On Windows modes say nothing about who may read it.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new Error(
      `the password file ${file} can be read by other users of this machine: run "chmod 600 ${file}"`,
    )
  return mustHave(text, `the password file ${file}`)
}

function mustHave(text: string, where: string): string {
  const password = text.replace(/\r?\n$/, '')
  if (password === '') throw new Error(`${where} is empty: it should hold the password`)
  if (/[\r\n]/.test(password)) throw new Error(`${where} holds more than one line`)
  return password
}

function readInput(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    process.stdin.setEncoding('utf8')
    process.stdin.on('data', part => {
      text += part
    })
    process.stdin.on('error', reject)
    process.stdin.on('end', () => resolve(text))
  })
}

// What is typed is not shown.
function ask(question: string): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_part, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  return new Promise((resolve, reject) => {
    terminal.once('line', line => {
      terminal.close()
      process.stderr.write('\n')
      resolve(line)
    })
    terminal.once('SIGINT', () => {
      terminal.close()
      reject(new Error('nothing was typed'))
    })
  })
}
