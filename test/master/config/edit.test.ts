import { expect, test } from 'vitest'
import { addDraft, addedLines } from '../../../main/master/config/edit.ts'
import { parseConfig } from '../../../main/master/config/parse.ts'
import { describeProblem } from '../../../main/master/config/status.ts'
import type { Draft } from '../../../main/master/detect/proposal.ts'

const DRAFT: Draft = {
  project: 'calc',
  repository: '/srv/calc',
  builder: 'calc',
  slaves: [],
  start: 'anyBranch',
  branch: 'main',
  steps: [
    { kind: 'git', name: 'git', text: '' },
    { kind: 'shell', name: 'install', text: 'npm ci' },
    { kind: 'shell', name: 'npm run lint', text: 'npm run lint', warnOnly: true },
    { kind: 'test', name: 'test', text: 'npm test' },
    { kind: 'shell', name: 'several', text: 'one\ntwo\n', workdir: 'web', because: 'why not' },
    { kind: 'upload', name: 'upload', text: 'a.tgz\nb.tgz' },
  ],
}

function add(text: string, draft: Partial<Draft> = {}) {
  const whole = { ...DRAFT, ...draft }
  const after = addDraft(text, whole)
  const { config, problems } = parseConfig(after, 'master.yml')
  return { after, config, problems: problems.map(describeProblem) }
}

test('the first draft makes a file with words for who opens it', () => {
  const { after, problems } = add('')
  expect([problems, after]).toEqual([
    [],
    `# What is built on this desk. The app writes here when you add a repository, and keeps
# your own words; "triphammer schema" prints what may stand here.
projects:
  - name: calc
    repository: /srv/calc
builders:
  - name: calc
    project: calc
    steps:
      - git
      - shell: npm ci
        name: install
      - shell: npm run lint
        flunkOnFailure: false
        warnOnFailure: true
        haltOnFailure: false
      - test: npm test
      - shell: |
          one
          two
        name: several
        workdir: web
      - upload:
          - a.tgz
          - b.tgz
schedulers:
  - name: calc on change
    kind: anyBranch
    treeStableTimer: 2s
    builders:
      - calc
`,
  ])
})

test.each<[string, string]>([
  ['comments only', '# mine\n\n# all mine\n'],
  [
    'comments everywhere',
    `# top
title: Mine # beside
# above
projects: # of projects
  # first
  - name: lib # the library
    repository: /srv/lib
    # after
# between
builders:
- name: lib   # no indent
  project: lib
  steps: [ git,
     {shell: "make"} ] # in brackets
# the end`,
  ],
  [
    'lists in brackets',
    'projects: [{ name: lib, repository: /srv/lib }] # one\nbuilders: []\nschedulers: [] # none\n',
  ],
  ['sections with nothing in them', 'projects:\nbuilders:\n# nothing\nschedulers:\n'],
  [
    'a text of several lines at the end',
    'builders:\n  - name: lib\n    steps:\n      - shell: |\n          make\n\n          make test\n\n\n# bye\n',
  ],
  ['no newline at the end', 'title: Mine'],
  [
    'lines that end as on Windows',
    'title: Mine\r\nprojects:\r\n  - name: lib\r\n    repository: /srv/lib\r\n',
  ],
  ['keys in quotes', '"projects":\n  - {name: lib, repository: /srv/lib}\n"builders": []\n'],
])('%s: what was there stays to the letter', (_, text) => {
  const { after, config, problems } = add(text)
  const before = text.split('\n').filter(line => line.trim() !== '')
  let at = 0
  const kept = before.filter(line => {
    // A list in brackets grows in its line.
    const found = after.split('\n').findIndex((now, i) => i >= at && sameOrGrown(line, now))
    at = found < 0 ? at : found
    return found >= 0
  })
  expect([
    problems,
    kept,
    config?.builders.at(-1)?.name,
    config?.builders.at(-1)?.steps.length,
  ]).toEqual([[], before, 'calc', 6])
})

function sameOrGrown(before: string, after: string): boolean {
  if (before === after) return true
  const bracket = before.indexOf('[')
  return bracket > 0 && after.startsWith(before.slice(0, bracket).trimEnd())
}

test('a project that is known is not added again', () => {
  const { config } = add('projects: [{ name: calc, repository: /srv/calc }]\n')
  expect(config!.projects.map(one => one.name)).toEqual(['calc'])
})

const KNOWN = `projects:
  - name: calc
    repository: /srv/calc
    branches: [main, "release/*"]
builders:
  - name: linux
    steps: [git]
`

test.each<[Draft['start'], unknown[]]>([
  ['anyBranch', [['calc on change', 'anyBranch', ['linux', 'calc']]]],
  [
    'ownBranch',
    [
      ['calc on change', 'anyBranch', ['linux']],
      ['calc on change 2', 'singleBranch', ['calc']],
    ],
  ],
  [
    'force',
    [
      ['calc on change', 'anyBranch', ['linux']],
      ['calc by hand', 'force', ['calc']],
    ],
  ],
])(
  'builders that had no scheduler of their own go on being built on change (%s)',
  (start, expected) => {
    const { config, problems } = add(KNOWN, { start })
    const schedulers = config?.schedulers.map(({ name, kind, builders }) => [name, kind, builders])
    const first = config?.schedulers[0]
    expect([problems, schedulers, first?.kind === 'anyBranch' && first.branches]).toEqual([
      [],
      expected,
      ['main', 'release/*'],
    ])
  },
)

test('a scheduler of the same name does not stand in the way', () => {
  const text = `${KNOWN}schedulers:\n  - { name: calc on change, kind: force, builders: [linux] }\n`
  const { config, problems } = add(text)
  expect([problems, config?.schedulers.map(one => one.name)]).toEqual([
    [],
    ['calc on change', 'calc on change 2'],
  ])
})

test.each([
  ['builders: [', /^master\.yml can't be read as YAML \(.*\)\. Mend it first\.$/],
  ['builders: all', '"builders" of master.yml is not a list. Mend it first.'],
  ['- a list', 'master.yml is not a map of sections. Mend it first.'],
])('a file that is broken is not written to: %s', (text, message) => {
  expect(() => addDraft(text, DRAFT)).toThrow(message)
})

test('the lines that are new are known by their numbers', () => {
  const before = 'a\n\nb\nc\n'
  expect(addedLines(before, 'a\n\nb\nnew\n\nalso new\nc\n')).toEqual([3, 5])
})
