/** What a line says about those around it. */
export type LineMark =
  /** Begins a stretch that can be folded. Some systems tell its name again where it ends. */
  | {
      readonly kind: 'open'
      readonly name: string
      readonly title: string
      /** Whether it is folded until somebody opens it. */
      readonly closed: boolean
    }
  | { readonly kind: 'close'; readonly name: string | null }
  | { readonly kind: 'error' }

/** Whether a text can hold a mark at all. Most text can't, and this is fast. */
export const MAY_HOLD_MARK =
  /error|fail|fatal|panic|exception|traceback|not ok |undefined reference|no such file|command not found|\.go:\d|npm err!|core dumped|segmentation fault|\*\*\* \[|::group|::endgroup|\[(?:end)?group\]|travis_fold|section_(?:start|end)|triphammer_fold|[✗✘✖✕]|^ *● /i

/**
 * The marks of GitHub, Azure, Travis and GitLab, and our own.
 *
 * @param written The line as it was written, without colours: some systems wipe their marks with a carriage return.
 */
export function foldMark(written: string): LineMark | undefined {
  const github = /^(?:::group::|##\[group\])(.*)/.exec(written)
  if (github) return open(github[1]!)
  if (/^(?:::endgroup::|##\[endgroup\])/.test(written)) return { kind: 'close', name: null }
  const travis = /^travis_fold:(start|end):([^\s\r]*)/.exec(written)
  if (travis) return travis[1] === 'end' ? { kind: 'close', name: travis[2]! } : open(travis[2]!)
  const gitlab = /section_(start|end):\d*:([\w.-]+)(\[[^\]\r]*\])?/.exec(written)
  if (gitlab)
    return gitlab[1] === 'end'
      ? { kind: 'close', name: gitlab[2]! }
      : open(gitlab[2]!, /collapsed=true/.test(gitlab[3] ?? ''))
  const ours = /^triphammer_fold:(start|closed|end)(?::(.*))?/.exec(written)
  if (ours)
    return ours[1] === 'end'
      ? { kind: 'close', name: ours[2]?.trim() || null }
      : open(ours[2] ?? '', ours[1] === 'closed')
  return undefined
}

function open(name: string, closed = false): LineMark {
  return { kind: 'open', name: name.trim(), title: name.trim(), closed }
}

// Each with an example of what it is for.
const ERRORS: readonly RegExp[] = [
  // ::error file=a.js,line=1::Missing semicolon; ##[error]Process completed with exit code 1.
  /^(?:::error\b|##\[error\])/,
  // a.c:3:5: error: expected ';'; Main.java:12: error: cannot find symbol; fatal error C1083: …
  /(?:^|[\s:\])])(?:fatal )?error(?: [A-Z]{1,5}\d{2,5}|\[E\d+\])? ?:/i,
  // a.ts(3,5): error TS2322: …; a.cs(3,5): error CS1002: ; expected
  /\(\d+(?:,\d+)*\): error\b/,
  // a.go:12:3: undefined: foo
  /^(?:vet: )?\.?[\w./-]+\.go:\d+:\d+: /,
  // [ERROR] COMPILATION ERROR; ERROR: could not find a version; npm ERR! code; npm error code
  /^(?:\[ERROR\]|ERROR\b|npm ERR!|npm error\b|\S+ \[error\])/,
  // 2026-01-01 12:00:00 ERROR Main: it broke; level=error
  /^[\d[][\dT:., +\]Z-]{7,40}(?:\[\w+\] )?(?:ERROR|FATAL)\b|\blevel=(?:error|fatal)\b/,
  // TypeError: x is not a function; AssertionError [ERR_ASSERTION]: …; java.lang.IllegalStateException: …
  /^\s*(?:Uncaught |Unhandled |Caused by: |Exception in thread "[^"]*" )?[\w.$]*(?:Error|Exception)(?: \[\w+\])?(?::|$)/,
  // Traceback (most recent call last):; panic: runtime error; thread 'main' panicked at a.rs:1:1
  /^Traceback \(most recent|^panic: |^thread '.*' panicked at|^fatal: /,
  // not ok 3 - adds; --- FAIL: TestAdd (0.00s); FAILED tests/a.py::test_b; FAIL src/a.test.ts
  /^\s*(?:not ok \d|--- FAIL:|FAILED\b|FAIL\b|\[ *FAIL(?:ED)? *\])/,
  // ✗ adds two numbers; ✖ adds; ● Calculator › adds
  /^\s*(?:[✗✘✖✕] |● .+ › )/,
  // CMake Error at CMakeLists.txt:3; make: *** [all] Error 1; a.c: undefined reference to `f'
  /^CMake Error|^g?make(?:\[\d+\])?: \*\*\* |undefined reference to |^collect2: error/,
  // Segmentation fault (core dumped); sh: 1: foo: No such file or directory
  /Segmentation fault|\(core dumped\)|: No such file or directory$|: command not found$/,
]
// Tests that pass, or are known not to, and counts of nothing.
const NO_ERROR = /^\s*(?:ok \d|[✓✔√])|# (?:TODO|SKIP)\b|\b(?:0|no) (?:errors?|failures?|failed)\b/i

/** @param text The line as it is read. */
export function isErrorLine(text: string): boolean {
  return ERRORS.some(pattern => pattern.test(text)) && !NO_ERROR.test(text)
}
