/** A text of several lines, as batch files that cmd.exe runs one after the other. */
export type CmdLines =
  | { readonly files: Readonly<Record<string, string>> }
  /** Why it can't be run that way. */
  | { readonly problem: string }

/** The file among them that runs the others. It ends cmd.exe itself, with the exit status of the text. */
export const ALL_LINES = 'all.cmd'

const INTO_A_FILE = 'Put the text into a .cmd file of the repository and run that.'

/**
 * Each line is a batch file of its own, which {@link ALL_LINES} calls. In one file for all, `npm ci` would be
 * the end: npm is a batch file too, and cmd.exe does not come back from one that was not called. Variables
 * and the current folder stay as a line left them, since one cmd.exe runs all.
 *
 * @param stops Whether the text stops at its first line that fails; otherwise the last one counts.
 */
export function cmdLinesOf(text: string, stops: boolean): CmdLines {
  const statements = statementsOf(text)
  for (const one of statements) {
    const problem = problemOf(one)
    if (problem) return { problem }
  }
  const names = statements.map((_, index) => `line${index + 1}.cmd`)
  const call = (name: string) => `call "%~dp0${name}"`
  // Both are needed: a program that crashed has a status below 0, and "errorlevel 1" means 1 or more.
  const check = ['if errorlevel 1 exit %errorlevel%', 'if not errorlevel 0 exit %errorlevel%']
  const all = [
    '@echo off',
    ...names.flatMap((name, index) =>
      stops || index === names.length - 1 ? [call(name), ...check] : [call(name)],
    ),
    'exit 0',
  ]
  return {
    files: {
      [ALL_LINES]: fileOf(all),
      ...Object.fromEntries(names.map((name, index) => [name, fileOf([statements[index]!.text])])),
    },
  }
}

interface Statement {
  readonly text: string
  readonly line: number
}

// A line, or several: after a ^ at its end, and from a "(" at the end to a ")" at the beginning of a line.
function statementsOf(text: string): Statement[] {
  const statements: Statement[] = []
  let open: string[] = []
  let first = 0
  let depth = 0
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim()
    if (open.length === 0 && isEmpty(words)) continue
    if (open.length === 0) first = index + 1
    open.push(line)
    if (words.startsWith(')')) depth--
    if (/(^|[^^])\($/.test(words)) depth++
    if (depth > 0 || /(^|[^^])(\^\^)*\^$/.test(line)) continue
    statements.push({ text: open.join('\r\n'), line: first })
    open = []
    depth = 0
  }
  if (open.length > 0) statements.push({ text: open.join('\r\n'), line: first })
  return statements
}

function isEmpty(line: string): boolean {
  return line === '' || /^(::|@?rem(\s|$))/i.test(line)
}

// What reaches over lines would do something else when each is a file. It is refused rather than guessed.
function problemOf({ text, line }: Statement): string | undefined {
  const over = (what: string) =>
    `Line ${line} can't be run: on Windows each line of a text runs by itself, and ${what}. ${INTO_A_FILE}`
  const words = text.trim()
  if (/^:[^:]/.test(words)) return over('a label is known to its own line only')
  if (/(^|[\s&|(@])goto\s/i.test(text)) return over('goto finds no other line')
  if (/(^|[\s&|(@])setlocal\b/i.test(text)) return over('setlocal ends with its line')
  if (parentheses(text) !== 0) return over('its parentheses do not pair')
  return undefined
}

// Quotes and carets take their meaning away.
function parentheses(text: string): number {
  const bare = text.replaceAll(/\^[\s\S]/g, '').replaceAll(/"[^"\n]*"?/g, '')
  return bare.split('(').length - bare.split(')').length
}

function fileOf(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n`
}
