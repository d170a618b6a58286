import { randomInt } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { Lexer, parseDocument } from 'yaml'
import { addDraft, setSection } from '../../../main/master/config/edit.ts'
import { addSlave, setSlavePort } from '../../../main/master/config/edit-slaves.ts'
import { removeItem } from '../../../main/master/config/remove-item.ts'
import { addToList } from '../../../main/master/config/yaml-edit.ts'
import { createRandom } from '../../helpers/random.ts'
import { yamlSample } from '../../helpers/yaml-sample.ts'

interface Named {
  readonly name: string
  readonly [key: string]: unknown
}
interface Sections {
  readonly [key: string]: unknown
  readonly slaves?: readonly Named[] | null
  readonly projects?: readonly Named[] | null
}

/** One way in which the app writes into master.yml. */
interface Edit {
  readonly name: string
  make(text: string): string | undefined
  /** What the file means afterwards. */
  mean(before: Sections): Sections
  /** Whether it takes away what was there. */
  readonly takes?: boolean
}

const LAB = { name: 'lab', kind: 'remote', address: 'lab.local:9990' }
const DRAFT = {
  project: 'new one',
  repository: '/srv/new #1',
  builder: 'new build',
  slaves: [],
  start: 'force',
  branch: 'main',
  steps: [
    { kind: 'git', name: 'git', text: '' },
    { kind: 'shell', name: 'check', text: 'set -e\nmake # all\n', env: { A: 'b: c' } },
  ],
} as const

function editsOf(before: Sections): Edit[] {
  const joined = (list: unknown, ...items: unknown[]) => [
    ...((list as unknown[] | null) ?? []),
    ...items,
  ]
  return [
    {
      name: 'add an item',
      make: text => addToList(text, 'projects', { name: 'zz', repository: '/r' }),
      mean: was => ({
        ...was,
        projects: joined(was.projects, { name: 'zz', repository: '/r' }) as Named[],
      }),
    },
    {
      name: 'add a slave',
      make: text =>
        addSlave(text, { name: 'lab', address: LAB.address, tags: [], maxBuilds: null }),
      mean: was => ({
        ...was,
        slaves: joined(was.slaves?.length ? was.slaves : [{ name: 'local' }], LAB) as Named[],
      }),
    },
    {
      name: 'add a repository',
      make: text => addDraft(text, DRAFT),
      mean: was => ({
        ...was,
        projects: joined(was.projects, { name: 'new one', repository: '/srv/new #1' }) as Named[],
        builders: joined(was.builders, {
          name: 'new build',
          project: 'new one',
          steps: ['git', { shell: 'set -e\nmake # all\n', name: 'check', env: { A: 'b: c' } }],
        }),
        schedulers: joined(was.schedulers, {
          name: 'new build by hand',
          kind: 'force',
          builders: ['new build'],
        }),
      }),
    },
    {
      name: 'set a section',
      make: text => setSection(text, 'backups', { keep: 7, maxSize: '3GB', daily: false }),
      mean: was => ({
        ...was,
        backups: { ...(was.backups as object | null), keep: 7, maxSize: '3GB', daily: false },
      }),
      takes: true,
    },
    {
      name: 'set the port',
      make: text => setSlavePort(text, 7777),
      mean: was => ({ ...was, slavePort: portOf(was.slavePort) }),
      takes: true,
    },
    ...(before.slaves ?? []).flatMap((slave, i): Edit[] => [
      {
        name: `remove slave ${i}`,
        make: text => removeItem(text, 'slaves', slave.name),
        mean: was => ({ ...was, slaves: was.slaves!.filter(one => one.name !== slave.name) }),
        takes: true,
      },
      ...(slave.kind === 'remote'
        ? [
            {
              name: `change the address of slave ${i}`,
              make: (text: string) =>
                addSlave(text, {
                  name: slave.name,
                  address: 'new.lan:1',
                  tags: [],
                  maxBuilds: null,
                }),
              mean: (was: Sections) => ({
                ...was,
                slaves: was.slaves!.map(one =>
                  one.name === slave.name ? { ...one, address: 'new.lan:1' } : one,
                ),
              }),
              takes: true,
            },
          ]
        : []),
    ]),
  ]
}

function portOf(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\d+$/, '7777')
  return typeof value === 'object' && value !== null ? { ...value, port: 7777 } : 7777
}

function meaningOf(text: string): Sections {
  const document = parseDocument(text)
  if (document.errors.length > 0) throw document.errors[0]
  return document.toJS() ?? {}
}

/** What is wrong with the text after an edit; `refused` when it was not made. */
function judge(before: string, { make, mean, takes }: Edit): string | undefined {
  let after: string | undefined
  try {
    after = make(before)
  } catch (error) {
    return /can't be changed without touching more/.test(String(error)) ? 'refused' : String(error)
  }
  if (after === undefined) return 'not found'
  try {
    if (!isDeepStrictEqual(meaningOf(after), mean(meaningOf(before))))
      return 'it means something else'
  } catch (error) {
    return `it is no YAML: ${error}`
  }
  const comments = (text: string) =>
    [...new Lexer().lex(text)].filter(token => token[0] === '#').map(token => token.trimEnd())
  if (!takes && !isDeepStrictEqual(comments(after), comments(before))) return 'a comment is lost'
  if (!takes && !isPart(before.replaceAll(/[\s[\]~]|null/g, ''), after)) return 'a byte is lost'
  if (before.includes('\r\n') && /[^\r]\n/.test(after)) return 'a line ends otherwise'
  return undefined
}

// Whether all signs of one text stand in the other, in this order.
function isPart(part: string, whole: string): boolean {
  let at = 0
  for (const sign of whole) if (sign === part[at]) at++
  return at === part.length
}

// FILES and SEED repeat a run, or make a longer one.
const FILES = Number(process.env.FILES ?? 40)
const SEED = Number(process.env.SEED ?? randomInt(2 ** 31))

test(`every edit of any file is exact, or refused (seed ${SEED})`, () => {
  let edits = 0
  let refused = 0
  let files = 0
  for (let seed = SEED; seed < SEED + FILES; seed++) {
    const text = yamlSample(createRandom(seed))
    // Some indents of nested brackets are none for YAML; an empty file gets words of its own.
    if (parseDocument(text).errors.length > 0 || text.trim() === '') continue
    files++
    for (const edit of editsOf(meaningOf(text))) {
      edits++
      const fault = judge(text, edit)
      if (fault === 'refused') refused++
      else if (fault)
        expect.fail(`seed ${seed}, ${edit.name}: ${fault}\n${text}\n>>>\n${tried(edit, text)}`)
    }
  }
  expect(files).toBeGreaterThan(FILES * 0.8)
  expect(edits).toBeGreaterThan(files)
  expect(refused / edits, 'share of edits that were refused').toBeLessThan(0.02)
  if (process.env.FILES) console.log(`${edits} edits, ${refused} refused`)
}, 600_000)

function tried({ make }: Edit, text: string): string | undefined {
  try {
    return make(text)
  } catch (error) {
    return String(error)
  }
}

const ITEM = { name: 'zz', repository: '/r' }
const JSON_ITEM = '{"name":"zz","repository":"/r"}'

test.for<[why: string, before: string, after: string]>([
  [
    'after a comment before the bracket',
    'projects: [\n  { name: a, repository: /a }, # mine\n  ]\n',
    `projects: [\n  { name: a, repository: /a }, # mine\n  ${JSON_ITEM},\n  ]\n`,
  ],
  [
    'in a file that is all in braces',
    '{"projects": [\n {"name": "a", "repository": "/a"} # last\n], "title": "x" }',
    `{"projects": [\n {"name": "a", "repository": "/a"}, # last\n ${JSON_ITEM}\n], "title": "x" }`,
  ],
  [
    'into an empty list with a comment',
    'projects: [\n  # none yet\n  ]\n',
    `projects: [\n  # none yet\n    ${JSON_ITEM}\n  ]\n`,
  ],
  [
    'after a byte order mark',
    '\uFEFFprojects:\nbuilders:\n',
    '\uFEFFprojects:\n  - name: zz\n    repository: /r\nbuilders:\n',
  ],
  [
    'with the line ends of the file',
    'title: x\r\nprojects:\r\n- name: a\r\n  repository: /a\r\n',
    'title: x\r\nprojects:\r\n- name: a\r\n  repository: /a\r\n- name: zz\r\n  repository: /r\r\n',
  ],
  [
    'before the mark of an end',
    'title: x\n...\n',
    'title: x\nprojects:\n  - name: zz\n    repository: /r\n...\n',
  ],
  [
    'in place of null',
    'projects: ~ # none\n',
    'projects: # none\n  - name: zz\n    repository: /r\n',
  ],
  ['in a file of one mark', '---\n', '---\nprojects:\n  - name: zz\n    repository: /r\n'],
  [
    'without a change to a text that ends the file',
    'title: |+\n  kept\n\n\n',
    'title: |+\n  kept\n\n\nprojects:\n  - name: zz\n    repository: /r\n',
  ],
  [
    'below the comments of the last item',
    'projects:\n  - name: a\n    repository: /a\n    # about a\n# about all\n',
    'projects:\n  - name: a\n    repository: /a\n    # about a\n  - name: zz\n    repository: /r\n# about all\n',
  ],
])('an item is added %s', ([, before, after]) => {
  expect(addToList(before, 'projects', ITEM)).toBe(after)
})

test.for<[why: string, before: string, after: string]>([
  [
    'the comment of another',
    'slaves: [\n  { name: a }, # one\n  { name: b }\n  ]\n',
    'slaves: [\n  { name: a } # one\n  ]\n',
  ],
  [
    'a dash on a line of its own',
    'slaves:\n-\n  name: a\n-\n  name: b\n',
    'slaves:\n-\n  name: a\n',
  ],
  ['a comma after the last', 'slaves: [ { name: b }, ]\n', 'slaves: [ ]\n'],
  [
    'an anchor of the list',
    'slaves: &all # mine\n  - name: b\ntitle: x\n',
    'slaves: &all [] # mine\ntitle: x\n',
  ],
  ['dashes below their key', 'slaves:\n- name: b\ntitle: x\n', 'slaves: []\ntitle: x\n'],
])('a slave is taken out and leaves %s right', ([, before, after]) => {
  expect(removeItem(before, 'slaves', 'b')).toBe(after)
})

test.for<[before: string, after: string]>([
  ['slavePort:\n', 'slavePort: 7777\n'],
  ['slavePort: >-\n  9990\ntitle: x\n', 'slavePort: 7777\ntitle: x\n'],
  [
    'title: |\n  My desk\nslaves:\n  - name: a\n',
    'title: |\n  My desk\nslavePort: 7777\nslaves:\n  - name: a\n',
  ],
  ['{"title": "x"}', '{"title": "x", "slavePort": 7777}'],
])('the port is set in %j', ([before, after]) => {
  expect(setSlavePort(before, 7777)).toBe(after)
})

test('what others refer to is not taken out, and the refusal says what and why', () => {
  const text = 'slaves:\n  - &b { name: b }\n  - { <<: *b, name: c }\n'
  expect(() => removeItem(text, 'slaves', 'b')).toThrow(
    'master.yml is written in a way in which the list "slaves" can\'t be changed without touching more than that. Change it in an editor; nothing was written.',
  )
})

test('a list that is written as a reference is refused, and not changed where it is kept', () => {
  const text = 'x: &all\n  - name: a\nslaves: *all\n'
  expect(() => addToList(text, 'slaves', { name: 'b' })).toThrow(/can't be changed without/)
})
