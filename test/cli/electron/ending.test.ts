import { expect, test } from 'vitest'
import { aborted, type ElectronEnd, problemOf } from '../../../main/cli/electron/run.ts'
import { type SandboxFacts, sandboxProblem } from '../../../main/cli/electron/sandbox.ts'

const LEFT: ElectronEnd = {
  code: 0,
  signal: null,
  error: null,
  opened: true,
  asked: false,
  livedMs: 60_000,
}
const EARLY: ElectronEnd = { ...LEFT, opened: false, livedMs: 900 }

test.each<[string, ElectronEnd]>([
  ['it left in order', LEFT],
  ['it crashed after an hour', { ...LEFT, code: 1, signal: 'SIGSEGV' }],
  ['it was second and left for the first', EARLY],
  ['it was asked to stop before it was up', { ...EARLY, code: 1, signal: 'SIGTERM', asked: true }],
  ['it said for minutes why it can not start', { ...EARLY, code: 1, livedMs: 120_000 }],
])('an Electron is not replaced by a browser when %s', (_what, end) => {
  expect(problemOf(end)).toBeNull()
})

test.each<[Partial<ElectronEnd>, string]>([
  [{ error: 'spawn EACCES' }, "Electron can't be started (spawn EACCES)"],
  [{ code: 1, signal: 'SIGTRAP' }, 'Electron ended before it opened anything (SIGTRAP)'],
  [{ code: 1 }, 'Electron ended before it opened anything (exit code 1)'],
  [
    { code: 127 },
    'Electron lacks a library of this system, which the line above names (Debian and Ubuntu: apt-get install libgtk-3-0 libnss3 libasound2 libgbm1)',
  ],
])('an Electron that ends with %j is told in one sentence', (end, words) => {
  expect(problemOf({ ...EARLY, ...end })).toBe(words)
})

test('an abort shows as a signal, or as its number where a shell stands between', () => {
  const ends = [{ signal: 'SIGTRAP' }, { code: 133 }, { code: 1 }, { code: 127 }]
  expect(ends.map(end => aborted({ ...EARLY, ...end }))).toEqual([true, true, false, false])
})

// Chromium wants user namespaces, or its helper as root's and with mode 4755 (setuid_sandbox_host.cc).
test.each<[SandboxFacts, string | null]>([
  [{ helper: undefined, namespaces: true, forbiddenBy: null }, null],
  [
    { helper: { path: '/e/chrome-sandbox', usable: true }, namespaces: false, forbiddenBy: null },
    null,
  ],
  // Nothing here can tell, so Chromium is asked.
  [{ helper: undefined, namespaces: undefined, forbiddenBy: null }, null],
  [
    { helper: undefined, namespaces: false, forbiddenBy: 'user.max_user_namespaces=0' },
    "Chromium can't have its sandbox on this system (user.max_user_namespaces=0)",
  ],
  [
    { helper: { path: '/e/chrome-sandbox', usable: false }, namespaces: false, forbiddenBy: null },
    `Chromium can't have its sandbox on this system; "sudo chown root '/e/chrome-sandbox' && sudo chmod 4755 '/e/chrome-sandbox'" mends that`,
  ],
])('%j decides about the sandbox', (facts, problem) => {
  expect(sandboxProblem(facts)).toBe(problem)
})
