import type { Random } from './random.ts'

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value }
type Map = Readonly<Record<string, Value>>

const LISTS = new Set(['slaves', 'projects', 'builders'])
const REMARKS = [
  'nightly',
  'ask Ana: why?',
  '- no item',
  'a: b',
  'slaves: []',
  ']',
  '}, {',
  'ü 日本',
  '',
]

/**
 * A master.yml as a person may write it: lists in lines or brackets, comments anywhere, quotes, anchors,
 * texts of several lines, marks, empty sections, and line ends of other systems.
 */
export function yamlSample(random: Random): string {
  const { chance, pick, int } = random
  const remarks = pick([0, 0.1, 0.4])
  const flow = pick([0, 0, 0.3, 1])
  const step = pick([1, 2, 2, 2, 4])
  const gap = pick([1, 1, 1, 3])
  const flush = chance(0.3)
  const lines: string[] = []

  const remark = () => `#${pick(['', ' ', '\t'])}${pick(REMARKS)}`
  const push = (line: string) => lines.push(chance(remarks * 0.5) ? `${line} ${remark()}` : line)
  const between = (indent: number) => {
    if (chance(remarks)) lines.push(`${' '.repeat(pick([0, indent, indent + 3]))}${remark()}`)
    if (chance(0.05)) lines.push(pick(['', '   ']))
  }
  const text = (value: string) => {
    if (chance(0.15)) return JSON.stringify(value)
    return /^[a-z][\w./ -]*$/i.test(value) ? value : `'${value.replaceAll("'", "''")}'`
  }
  const inline = (value: Value, depth: number): string => {
    if (typeof value === 'string')
      return /^[\w./-]+$/.test(value) ? text(value) : JSON.stringify(value)
    if (typeof value !== 'object') return String(value)
    const isList = Array.isArray(value)
    const parts = isList
      ? value.map(one => inline(one, depth + 1))
      : Object.entries(value).map(([key, one]) => `${key}: ${inline(one, depth + 1)}`)
    const [open, close] = isList ? '[]' : '{}'
    if (parts.length === 0) return `${open}${pick(['', ' '])}${close}`
    const comma = chance(0.15) ? ',' : ''
    if (depth === 0 && chance(0.4)) {
      const inner = parts.map((part, i) => {
        const end = i < parts.length - 1 ? ',' : comma
        return `      ${part}${end}${chance(remarks) ? ` ${remark()}` : ''}\n`
      })
      return `${open}${chance(remarks) ? ` ${remark()}` : ''}\n${inner.join('')}    ${close}`
    }
    const space = pick(['', ' '])
    return `${open}${space}${parts.join(', ')}${comma}${space}${close}`
  }
  const entry = (lead: string, indent: number, key: string, value: Value) => {
    const named = chance(0.05) ? JSON.stringify(key) : key
    const head = `${lead}${named}${chance(0.05) ? ' ' : ''}:`
    if (typeof value === 'object') {
      const size = Object.keys(value).length
      if (size === 0 || chance(flow)) return push(`${head} ${inline(value, 0)}`)
      push(chance(0.05) && indent === 0 ? `${head} &${key}` : head)
      if (!Array.isArray(value)) return map(value as Map, indent + step)
      return list(value, indent + (flush ? 0 : step))
    }
    if (typeof value === 'string' && value.includes('\n')) {
      push(`${head} ${pick(['|', '>', '|-', '|+', '>+'])}`)
      for (const line of value.split('\n'))
        lines.push(line === '' ? '' : ' '.repeat(indent + step) + line)
      return undefined
    }
    return push(`${head} ${typeof value === 'string' ? text(value) : value}`)
  }
  const map = (value: Map, indent: number, lead?: string) => {
    let first = lead
    for (const [key, one] of Object.entries(value)) {
      if (first === undefined) between(indent)
      entry(first ?? ' '.repeat(indent), indent, key, one)
      first = undefined
    }
  }
  const list = (value: readonly Value[], indent: number) => {
    const pad = ' '.repeat(indent)
    for (const one of value) {
      between(indent)
      const inner = indent + 1 + gap
      if (typeof one !== 'object' || Array.isArray(one))
        push(`${pad}-${' '.repeat(gap)}${inline(one, 1)}`)
      else if (chance(flow)) push(`${pad}-${' '.repeat(gap)}${inline(one, 1)}`)
      else if (chance(0.08)) {
        push(`${pad}-`)
        map(one as Map, inner)
      } else map(one as Map, inner, `${pad}-${' '.repeat(gap)}`)
    }
  }

  const sections = sectionsOf(random)
  const style = pick(['plain', 'plain', 'plain', 'plain', 'mark', 'end', 'braces'])
  if (chance(remarks)) lines.push(remark())
  if (style === 'mark') push('---')
  if (style === 'braces')
    lines.push(
      `{${sections.map(([key, value]) => `"${key}": ${value === null ? 'null' : inline(value, 0)}`).join(', ')}}`,
    )
  else
    for (const [key, value] of sections) {
      between(0)
      if (value === null)
        push(
          `${key}:${pick(['', ' ~', ' null', ...(LISTS.has(key) ? [` [\n  ${remark()}\n  ]`] : [])])}`,
        )
      else entry('', 0, key, value)
    }
  if (chance(remarks)) lines.push(`${' '.repeat(pick([0, 2]))}${remark()}`)
  if (style === 'end') lines.push('...')
  const whole = lines.join('\n') + pick(['\n', '\n', '\n', '', '\n\n', '\n  '])
  const ended = chance(0.1) ? whole.replaceAll('\n', '\r\n') : whole
  return chance(0.08) ? `\uFEFF${ended}` : ended

  function sectionsOf(random: Random): [string, Value | null][] {
    const slaves = Array.from({ length: int(0, 3) }, (_, i) => ({
      name: `s${i}`,
      ...(chance(0.5) && { kind: 'remote', ...(chance(0.6) && { address: `host${i}.lan:9${i}` }) }),
      ...(chance(0.3) && { tags: ['linux', 'gpu box'] }),
    }))
    const projects = Array.from({ length: int(0, 2) }, (_, i) => ({
      name: `p${i}`,
      repository: pick([`/srv/p${i}`, `https://example.org/p${i}#x`]),
    }))
    const builders = projects.map(({ name }, i) => ({
      name: `b${i}`,
      project: name,
      ...(chance(0.3) && {
        description: pick(["it's # not a comment", 'one\ntwo', 'one\n\n# no\n\n']),
      }),
      steps: ['git', { shell: pick(['make', "echo 'x' # y", 'set -e\nmake\n']) }],
    }))
    const given = (key: string, value: readonly Value[]): [string, Value | null][] =>
      value.length > 0 ? [[key, value]] : chance(0.4) ? [[key, chance(0.5) ? [] : null]] : []
    return shuffled(random, [
      ...(chance(0.5) ? [['title', 'My desk'] as [string, Value]] : []),
      ...given('slaves', slaves),
      ...given('projects', projects),
      ...given('builders', builders),
      ...(chance(0.3)
        ? [
            ['backups', pick<Value | null>([{ keep: 5 }, { keep: 5, daily: true }, {}, null])] as [
              string,
              Value | null,
            ],
          ]
        : []),
      ...(chance(0.3)
        ? [
            ['slavePort', pick<Value>([9990, '10.0.0.1:9990', { port: 9990, tls: false }])] as [
              string,
              Value,
            ],
          ]
        : []),
    ])
  }
}

function shuffled<T>({ int }: Random, list: T[]): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = int(0, i)
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
  return list
}
