// npm test: sets everything up, then runs types and lint, the unit and integration tests, and the
// end-to-end tests. `npm test -- FILTER` runs only the test files whose path holds FILTER.
// npm run test:quick: types, lint, and the tests that start no process.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ensureBuildbot,
  ensureBuilt,
  ensureChromium,
  ensureGit,
  ensureGitLfs,
  ensureInstalled,
  ensurePackagingTools,
  ensureSshd,
  fail,
  node24,
  root,
  run,
  say,
} from './lib.mjs'

const isQuick = process.argv.includes('--quick')
const filters = process.argv.slice(2).filter(one => one !== '--quick')
// The app builds and runs in a folder of any name; the test runner takes paths for URLs.
if (/[#?]/.test(root))
  fail(
    `the tests can't run in ${root}: Vitest reads # and ? in a path as parts of a URL. Move the checkout.`,
  )
ensureInstalled()
const results = mkdtempSync(join(tmpdir(), 'triphammer-results-'))
process.on('exit', () => rmSync(results, { recursive: true, force: true }))
const [unitResults, endToEndResults] = ['unit.json', 'end-to-end.json'].map(name =>
  join(results, name),
)

const at = path => join(root, 'node_modules', path)
const check = ['types and lint', join(root, 'scripts/check.mjs'), []]
const unit = [
  'unit and integration tests',
  at('vitest/vitest.mjs'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitResults}`, ...filters],
]
const endToEnd = [
  'end-to-end tests',
  at('@playwright/test/cli.js'),
  ['test', '-c', 'test/e2e/playwright.config.ts', ...filters],
]

if (isQuick) {
  unit[2].push('--project', 'quick')
  await runAll([check, unit], { atOnce: true })
} else {
  ensureGit()
  const chromium = ensureChromium()
  ensureBuildbot()
  ensureSshd()
  ensureGitLfs()
  ensurePackagingTools()
  ensureBuilt()
  const only = filters.length > 0
  // A filter may fit nothing in one of the two.
  if (only) {
    unit[2].push('--passWithNoTests')
    endToEnd[2].push('--pass-with-no-tests')
  }
  const env = {
    TRIPHAMMER_CHROMIUM: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: endToEndResults,
    ELECTRON_OVERRIDE_DIST_PATH: '/nowhere',
  }
  const stages = only ? [unit, endToEnd] : [check, unit, endToEnd]
  await runAll(stages, { env, atOnce: availableParallelism() >= 8 })
}

/** Runs stages one after the other, or side by side; then it says how many tests passed and failed, and ends. */
async function runAll(stages, { env = {}, atOnce }) {
  const codes = []
  const work = stages.map(([name, script, args]) => async () => {
    say(`${name} …`)
    codes.push(await run(node24(), [script, ...args], { env }))
  })
  if (atOnce) await Promise.all(work.map(one => one()))
  else
    for (const one of work) {
      await one()
      if (codes.some(code => code !== 0)) break
    }
  tell()
  process.exit(codes.find(code => code !== 0) ?? 0)
}

function tell() {
  const files = [...unitFiles(), ...endToEndFiles()]
  if (files.length === 0) return
  const sum = key => files.reduce((total, file) => total + file[key], 0)
  const slowest = files.toSorted((a, b) => b.ms - a.ms).slice(0, 10)
  say('the ten slowest files:')
  for (const { name, ms } of slowest) say(`${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`)
  say(`${sum('passed')} passed, ${sum('failed')} failed`)
}

function unitFiles() {
  if (!existsSync(unitResults)) return []
  return JSON.parse(readFileSync(unitResults, 'utf8')).testResults.map(file => ({
    name: file.name.slice(root.length + 1),
    ms: file.endTime - file.startTime,
    passed: file.assertionResults.filter(({ status }) => status === 'passed').length,
    // A file that could not even be read has no tests.
    failed: Math.max(
      file.assertionResults.filter(({ status }) => status === 'failed').length,
      Number(file.status === 'failed'),
    ),
  }))
}

function endToEndFiles() {
  if (!existsSync(endToEndResults)) return []
  return JSON.parse(readFileSync(endToEndResults, 'utf8')).suites.map(suite => {
    const tests = testsOf(suite)
    return {
      name: `test/e2e/${suite.file}`,
      ms: tests.flatMap(one => one.results).reduce((total, one) => total + one.duration, 0),
      passed: tests.filter(({ status }) => status === 'expected' || status === 'flaky').length,
      failed: tests.filter(({ status }) => status === 'unexpected').length,
    }
  })
}

function testsOf({ specs = [], suites = [] }) {
  return [...specs.flatMap(({ tests }) => tests), ...suites.flatMap(testsOf)]
}
