import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../helpers/master.ts'

/** What a script imports before it runs, by its own words and by those of what it imports. */
function staticImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  // A demo holds sources of its own, as text.
  if (file.endsWith('.ts') || !existsSync(file)) return seen
  for (const [, from] of readFileSync(file, 'utf8').matchAll(/^(?:import|\} from) .*?'(\..+?)'/gm))
    staticImports(resolve(dirname(file), from!), seen)
  return seen
}

test('what npm runs is read by Node 20, which knows no TypeScript', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const entries = Object.values<string>(scripts).map(words => /^node (\S+)/.exec(words)![1]!)
  const all = entries.flatMap(entry => [...staticImports(join(ROOT, entry))])
  expect(all.filter(file => file.endsWith('.ts'))).toEqual([])
})

test('the pages name release commands that npm knows, and none that only Node 24 reads', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(ROOT, 'docs'))
      .filter(name => name.endsWith('.md'))
      .map(name => `docs/${name}`),
  ]
  for (const page of pages) {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const named = [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, name]) => name!)
    expect([page, named.filter(name => !(name in scripts))]).toEqual([page, []])
    expect([page, text.match(/`node scripts\/\S+/g)]).toEqual([page, null])
  }
})
