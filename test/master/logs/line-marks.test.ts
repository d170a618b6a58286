import { expect, test } from 'vitest'
import { foldMark, isErrorLine, MAY_HOLD_MARK } from '../../../main/master/logs/line-marks.ts'

const open = (name: string, closed = false) => ({ kind: 'open', name, title: name, closed })
const close = (name: string | null = null) => ({ kind: 'close', name })

test.each([
  ['::group::Install dependencies', open('Install dependencies')],
  ['::endgroup::', close()],
  ['##[group]Run npm ci', open('Run npm ci')],
  ['##[endgroup]', close()],
  ['travis_fold:start:install.1\r', open('install.1')],
  ['travis_fold:end:install.1\r', close('install.1')],
  ['section_start:1560896352:my_first_section\rHeader', open('my_first_section')],
  ['section_start:1560896352:x[collapsed=true]\rHeader', open('x', true)],
  ['section_end:1560896353:my_first_section\r', close('my_first_section')],
  ['triphammer_fold:start:Unit tests', open('Unit tests')],
  ['triphammer_fold:closed:Downloads', open('Downloads', true)],
  ['triphammer_fold:end', close()],
  ['triphammer_fold:end:Downloads', close('Downloads')],
  ['echo ::group::', undefined],
  ['a plain line', undefined],
])('%j marks %j', (line, mark) => {
  expect(foldMark(line)).toEqual(mark)
  if (mark) expect(MAY_HOLD_MARK.test(line)).toBe(true)
})

test.each([
  '::error file=app.js,line=1::Missing semicolon',
  '::error::it broke',
  '##[error]Process completed with exit code 1.',
  "a.c:3:5: error: expected ';' before '}' token",
  'main.cpp:1:10: fatal error: missing.h: No such file or directory',
  'LINK : fatal error LNK1104: cannot open file',
  'Main.java:12: error: cannot find symbol',
  "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.",
  "src/a.ts:3:5 - error TS2322: Type 'string' is not assignable to type 'number'.",
  'Program.cs(4,9): error CS1002: ; expected',
  'error[E0382]: use of moved value: `x`',
  'error: could not compile `calc` (lib) due to 1 previous error',
  './calc.go:12:3: undefined: foo',
  '[ERROR] COMPILATION ERROR : ',
  'npm ERR! code ELIFECYCLE',
  'npm error Test failed.  See above for more details.',
  '2026-01-01 12:00:00,123 ERROR Main: it broke',
  'time="2026-01-01" level=error msg="it broke"',
  'TypeError: x is not a function',
  'AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
  '    AssertionError: constant has the wrong sign',
  'Caused by: java.lang.IllegalStateException: no',
  'Exception in thread "main" java.lang.NullPointerException',
  'Traceback (most recent call last):',
  'panic: runtime error: index out of range',
  "thread 'main' panicked at src/main.rs:2:5:",
  'fatal: not a git repository',
  '    not ok 3 - adds two numbers',
  '--- FAIL: TestAdd (0.00s)',
  'FAILED tests/test_calc.py::test_add - assert 3 == 4',
  ' FAIL  src/calc.test.ts > adds',
  '  ✗ adds two numbers',
  '  ● Calculator › adds',
  'CMake Error at CMakeLists.txt:3 (find_package):',
  'make: *** [Makefile:2: all] Error 1',
  "calc.c:(.text+0x5): undefined reference to `fold'",
  'Segmentation fault (core dumped)',
  'sh: 1: nonsuch: not found: No such file or directory',
  'bash: nonsuch: command not found',
])('%j is an error', line => {
  expect(isErrorLine(line)).toBe(true)
  expect(MAY_HOLD_MARK.test(line)).toBe(true)
})

test.each([
  '0 errors, 3 warnings',
  'Found 0 errors.',
  'ok 3 - reports an error: well',
  'not ok 4 - later # TODO not done yet',
  'compiling src/error.c',
  'test result: ok. 12 passed; 0 failed; 0 ignored',
  'warning: unused variable `error`',
  'errors are told in one sentence',
  '-Werror -Wfatal-errors',
])('%j is no error', line => {
  expect(isErrorLine(line)).toBe(false)
})
