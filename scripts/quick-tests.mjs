// Which tests start no process and no thread: those of the quick lane, "npm run test:quick".
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { root } from './lib.mjs'

const tests = join(root, 'test')
const NOT_UNIT = ['e2e', 'smoke'].map(name => join(tests, name) + sep)
// What starts one. A test that does so only by way of the product imports with-processes.ts.
const STARTERS = ['node:child_process', 'node:worker_threads']
const IMPORT = /(?:from|import\(|^import)\s*'([^']+)'/gm

/** The test files that start none, from the root of the checkout. A setup file of theirs holds them to it. */
export function quickTests() {
  return all()
    .filter(file => !starts(file))
    .map(file => file.slice(root.length + 1).replaceAll(sep, '/'))
}

function all() {
  return readdirSync(tests, { recursive: true })
    .map(name => join(tests, name))
    .filter(file => /\.test\.tsx?$/.test(file) && !NOT_UNIT.some(one => file.startsWith(one)))
}

const known = new Map()

/** Whether a file of the tests, or one that it imports from them, starts a process. */
function starts(file) {
  if (known.has(file)) return known.get(file)
  // Of files that import each other, the first one decides.
  known.set(file, false)
  const imported = existsSync(file)
    ? [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, name]) => name)
    : []
  const answer = imported.some(name => {
    if (STARTERS.includes(name) || name.endsWith('/with-processes.ts')) return true
    const path = resolve(dirname(file), name)
    return name.startsWith('.') && path.startsWith(tests + sep) && starts(path)
  })
  known.set(file, answer)
  return answer
}
