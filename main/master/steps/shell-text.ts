/**
 * The text that a slave's shell is given for a step: one that stops at the first command that
 * fails. Formed here, so that every slave and every stock worker does the same.
 *
 * @param system What the slave says it is: `posix` or `nt`.
 */
export function shellText(text: string, errexit: boolean, system: unknown): string {
  if (system === 'nt') return oneLineForCmd(text, errexit)
  // A single command stops by itself, and reads better as it was written.
  return errexit && /[\n;]/.test(text.trim()) ? `set -e\n${text}` : text
}

// cmd.exe reads one line and no further: the lines after it would never run, and nothing would say so.
function oneLineForCmd(text: string, errexit: boolean): string {
  const lines = text
    .replaceAll(/\^\r?\n/g, ' ')
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(::|@?rem\b)/i.test(line))
  // No blank before it: "set X=1 && …" would put one into X.
  return lines.length < 2 ? text.trim() : lines.join(errexit ? '&& ' : '& ')
}
