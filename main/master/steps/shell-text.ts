/** What a slave's shell is given for a step, or why it can't be. */
export type ShellText = { readonly text: string } | { readonly problem: string }

export interface TextSlave {
  /** What the slave says it is: `posix` or `nt`. */
  readonly system: unknown
  /** Whether it runs a text of several lines line by line where it has cmd.exe. */
  readonly knowsLines: boolean
}

/**
 * The text that a slave's shell is given for a step: one that stops at the first command that
 * fails. Formed here, so that every slave and every stock worker does the same. Only what cmd.exe can't
 * be told in one line is left to slaves that run it line by line.
 */
export function shellText(text: string, errexit: boolean, slave: TextSlave): ShellText {
  if (slave.system !== 'nt')
    // A single command stops by itself, and reads better as it was written.
    return { text: errexit && /[\n;]/.test(text.trim()) ? `set -e\n${text}` : text }
  return slave.knowsLines ? { text } : oneLineForCmd(text, errexit)
}

// cmd.exe reads one line and no further: the lines after it would never run, and nothing would say so.
function oneLineForCmd(text: string, errexit: boolean): ShellText {
  const lines = text
    .replaceAll(/\^\r?\n/g, ' ')
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(::|@?rem\b)/i.test(line))
  if (lines.length < 2) return { text: text.trim() }
  const odd = lines.find((line, index) => !standsAmongOthers(line, lines.slice(index + 1)))
  if (odd !== undefined)
    return {
      problem: `"${odd}" can't be one of several lines here: this slave gives cmd.exe one line, in which the others would not be what they are by themselves. Slaves of this version run each line by itself; or put the text into a .cmd file of the repository and run that.`,
    }
  // No blank before it: "set X=1 && …" would put one into X.
  return { text: lines.join(errexit ? '&& ' : '& ') }
}

// In one line "if exist a del a&& npm test" tests only where there is an a, "npm test&& a || b" is good
// whenever b is, and all variables are read before the first is set.
function standsAmongOthers(line: string, after: readonly string[]): boolean {
  const bare = line.replaceAll(/"[^"]*"/g, '')
  if (/[()]|\|\||(?<![&^>])&(?!&)/.test(bare)) return false
  if (after.length > 0 && /^@?(if|for)\b/i.test(bare)) return false
  const set = /^@?set\s+"?(\w+)=/i.exec(line)?.[1]?.toLowerCase()
  return set === undefined || !after.some(one => one.toLowerCase().includes(`%${set}%`))
}
