import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A small project with real tests, in a real repository. */
export interface Sample {
  readonly path: string
  /** Makes a branch and goes to it. */
  branch(name: string): void
  /** Commits files and gives the revision. */
  commit(message: string, files: Readonly<Record<string, string>>): string
}

const RIGHT = 'export const negate = n => (n === 0 ? 0 : -n)\n'
export const GOOD_SOURCE = { 'src/negate.js': RIGHT }
/** A mistake that one of the tests finds. */
export const BAD_SOURCE = { 'src/negate.js': 'export const negate = n => n\n' }

/** Makes a Node project whose tests run with nothing but Node. */
export function makeSample(path: string): Sample {
  mkdirSync(path, { recursive: true })
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=Ada Lindgren', '-c', 'user.email=ada@example.org', ...args],
      { cwd: path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    ).trim()
  const sample: Sample = {
    path,
    branch(name) {
      git('switch', '--quiet', '--create', name)
    },
    commit(message, files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true })
        writeFileSync(join(path, name), text)
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', message)
      return git('rev-parse', 'HEAD')
    },
  }
  git('init', '--quiet', '--initial-branch=main')
  sample.commit('Begin a calculator', {
    'package.json': `${JSON.stringify({
      name: 'sample',
      version: '1.0.0',
      type: 'module',
      private: true,
      scripts: {
        build: 'node build.js',
        test: 'node --test --test-reporter=tap',
      },
    })}\n`,
    'build.js': "console.log('\\u001b[32mcompiled\\u001b[0m 1 file')\n",
    ...GOOD_SOURCE,
    'test/negate.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { negate } from '../src/negate.js'
test('negates a number', () => assert.equal(negate(2), -2))
test('leaves zero alone', () => assert.equal(negate(0), 0))
`,
  })
  return sample
}
