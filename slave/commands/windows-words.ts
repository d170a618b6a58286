/** As CommandLineToArgvW takes it apart: backslashes count before a quote only. */
export function quoteArgument(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}

/**
 * A program and its arguments as a line for `cmd.exe /s /c`, which alone runs batch files. `undefined` when
 * an argument holds what neither quotes nor carets keep from being read by cmd.exe.
 */
export function cmdLineOf(file: string, args: readonly string[]): string | undefined {
  const words = [file, ...args]
  // In quotes all else is as it is, also when the batch file hands it on by %*.
  if (words.some(word => /["%\r\n]/.test(word))) return undefined
  return words.map(quoteForCmd).join(' ')
}

function quoteForCmd(word: string): string {
  return /^[\w@+./\\:-]+$/.test(word) ? word : `"${word.replace(/(\\+)$/, '$1$1')}"`
}
