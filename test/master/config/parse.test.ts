import { readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../../main/master/config/duration.ts'
import { loadConfig, parseConfig } from '../../../main/master/config/parse.ts'
import { describeProblem } from '../../../main/master/config/status.ts'
import { temporaryFolder } from '../../helpers/folders.ts'
import { ROOT } from '../../helpers/master.ts'

/** The example that the design shows, and that the documentation repeats. */
const EXAMPLE = readFileSync(join(ROOT, 'test/fixtures/example-master.yml'), 'utf8')

const problemsOf = (text: string) => parseConfig(text, 'm.yml').problems.map(describeProblem)

test('the example is understood, with its defaults', () => {
  const { config, problems, notices } = parseConfig(EXAMPLE, '/etc/triphammer/master.yml')
  const minute = 60_000
  expect(problems).toEqual([])
  expect(notices).toEqual([])
  expect(config).toMatchObject({
    title: 'My desk',
    slaves: [
      { name: 'local', kind: 'local', maxBuilds: 2, tags: ['linux'], address: null },
      { name: 'mini', kind: 'remote', tags: ['macos', 'arm64'], address: 'mini.local:9990' },
    ],
    projects: [
      {
        name: 'calc',
        repository: '/srv/git/calc.git',
        branches: ['main', 'release/*'],
        pollMs: minute,
      },
    ],
    builders: [
      {
        name: 'calc-linux',
        project: 'calc',
        slaves: ['local'],
        env: { CI: 'true' },
        locks: ['gpu'],
        collapseRequests: true,
        steps: [
          { kind: 'git', name: 'git', mode: 'incremental', submodules: true, haltOnFailure: true },
          {
            kind: 'shell',
            name: 'install',
            command: 'npm ci',
            timeoutMs: 10 * minute,
            maxTimeMs: null,
            flunkOnFailure: true,
            alwaysRun: false,
            pty: false,
          },
          { kind: 'test', name: 'test', command: 'npm test', timeoutMs: 20 * minute, junit: null },
          { kind: 'upload', name: 'upload', patterns: ['dist/**/*.tgz'] },
        ],
      },
    ],
    schedulers: [
      {
        name: 'on-change',
        kind: 'singleBranch',
        branch: 'main',
        treeStableMs: 5000,
        builders: ['calc-linux'],
      },
      { name: 'nightly', kind: 'nightly', cron: '0 3 * * *', branch: null, onlyIfChanged: true },
    ],
    locks: [{ name: 'gpu', scope: 'slave', maxCount: 1 }],
    notify: [{ kind: 'desktop', on: ['failure', 'recovery'] }],
  })
})

test.each(['', '# only words\n', 'null', '{}', '---\n'])(
  '%j is an empty desk with one slave',
  text => {
    expect(parseConfig(text, 'm.yml').config).toMatchObject({
      title: 'My desk',
      slaves: [{ name: 'local', kind: 'local' }],
      projects: [],
      builders: [],
      schedulers: [],
    })
  },
)

test.each([
  'git: { mode: clean, submodules: false, workdir: src }',
  'git:\n          mode: clean\n          submodules: false\n          workdir: src',
  'git:\n        mode: clean\n        submodules: false\n        workdir: src',
  '{ git: , mode: clean, submodules: false, workdir: src }',
  'git: { mode: clean }\n        submodules: false\n        workdir: src',
])('a git step has its flags below it or beside it: %s', text => {
  const project = 'projects: [{ name: calc, repository: calc }]'
  const { config, problems } = parseConfig(`${project}\n${step(text)}`, 'm.yml')
  expect([problems, config?.builders[0]?.steps]).toMatchObject([
    [],
    [{ kind: 'git', name: 'git', mode: 'clean', submodules: false, workdir: 'src' }],
  ])
})

const step = (text: string) => `builders:\n  - name: a\n    steps:\n      - ${text}`
const withA = (text: string) => `${text}\n${step('shell: x')}`

// Written to be read: what a person sees who made this mistake.
test.each<[string, string[]]>([
  [
    'builders: [',
    [
      'm.yml:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  ["title: 'a", ["m.yml:1: not YAML: Missing closing 'quote"]],
  ['title: a\ntitle: b', ['m.yml:2: not YAML: Map keys must be unique']],
  ['builders:\n\t- name: a', ['m.yml:2: not YAML: Tabs are not allowed as indentation']],
  ['a: *x', ['m.yml:1: Unresolved alias (the anchor must be set before the alias): x']],
  ['- a', ['m.yml:1: must be a map with sections such as "builders:"']],
  ['builder: []', ['m.yml:1: builder: unknown key; did you mean "builders"?']],
  [
    'tytle: x\nx: 1',
    [
      'm.yml:1: tytle: unknown key; did you mean "title"?',
      'm.yml:2: x: unknown key; known are title, slavePort, slaves, projects, builders, schedulers, locks, notify, monitors, backups',
    ],
  ],
  ['builders: a', ['m.yml:1: builders: must be a list']],
  ['builders: [a]', ['m.yml:1: builders[0]: must be a map of keys']],
  [
    'builders: [{}]',
    ['m.yml:1: builders[0].name: is needed', 'm.yml:1: builders[0].steps: is needed'],
  ],
  ['builders: [{ name: a, steps: [] }]', ['m.yml:1: builders[0].steps: must not be empty']],
  ['title: 5', ['m.yml:1: title: must be a text: write it in quotes, "5"']],
  [step('shel: x'), ['m.yml:4: builders[0].steps[0]: has no step type; did you mean "shell"?']],
  [
    step('run: x'),
    ['m.yml:4: builders[0].steps[0]: has no step type; one of git, shell, test, upload is needed'],
  ],
  [
    step('mode: clobber'),
    [
      'm.yml:4: builders[0].steps[0]: has no step type; "mode" belongs to a git step: write "git:" beside it',
    ],
  ],
  [
    step('git: clobber'),
    ['m.yml:4: builders[0].steps[0].git: the mode goes below it: git: { mode: clobber }'],
  ],
  [
    step('git: https://example.org/calc.git'),
    [
      'm.yml:4: builders[0].steps[0].git: must be empty, or a map such as { mode: clean }; what is checked out is said by the project',
    ],
  ],
  [
    step('git: { mod: clean }'),
    ['m.yml:4: builders[0].steps[0].git.mod: unknown key; did you mean "mode"?'],
  ],
  [
    step('git: { mode: clean }\n        mode: clobber'),
    ['m.yml:4: builders[0].steps[0].git.mode: is said twice, below git and beside it'],
  ],
  [
    step('npm ci'),
    [
      'm.yml:4: builders[0].steps[0]: is not a step; a step is "git", or a map with one of git, shell, test, upload',
    ],
  ],
  [
    step('"shell: npm ci"'),
    ['m.yml:4: builders[0].steps[0]: is a text; leave out the quotes around it'],
  ],
  [
    step('{ git: true, shell: x }'),
    [
      'm.yml:4: builders[0].steps[0]: is two steps at once: git and shell; write each as an item of its own',
    ],
  ],
  [step('shell:'), ['m.yml:4: builders[0].steps[0].shell: must be a text or a list']],
  [step('shell: []'), ['m.yml:4: builders[0].steps[0].shell: must not be empty']],
  [step('shell: x\n        name: ""'), ['m.yml:5: builders[0].steps[0].name: must not be empty']],
  [
    step('shell: x\n        timeout: soon'),
    ['m.yml:5: builders[0].steps[0].timeout: must be a time such as 30s, 10m or 1h'],
  ],
  [
    step('shell: x\n        tiemout: 5'),
    ['m.yml:5: builders[0].steps[0].tiemout: unknown key; did you mean "timeout"?'],
  ],
  [
    step('shell: x\n        env: { "A B": 1 }'),
    ['m.yml:5: builders[0].steps[0].env.A B: is not a name of an environment variable'],
  ],
  [
    step('shell: x\n        env: { A: [1] }'),
    ['m.yml:5: builders[0].steps[0].env.A: must be a text or a number or true or false'],
  ],
  [
    step('shell: x\n        haltOnFailure: maybe'),
    ['m.yml:5: builders[0].steps[0].haltOnFailure: must be true or false'],
  ],
  [
    step('shell: x\n        if: "prop. =="'),
    ['m.yml:5: builders[0].steps[0].if: "prop. ==" can\'t be read at ". =="'],
  ],
  [
    step(`shell: "echo $\{{ prop. }}"`),
    ['m.yml:4: builders[0].steps[0].shell: "prop." can\'t be read at "."'],
  ],
  [
    step('shell: x\n        locks: [gpu]'),
    ['m.yml:5: builders[0].steps[0].locks[0]: there is no lock "gpu"'],
  ],
  [
    step('git'),
    [
      'm.yml:4: builders[0].steps[0]: a git step needs a project, and there is none: add one under "projects:"',
    ],
  ],
  [
    'locks: [{ name: gpu }]\nbuilders: [{ name: a, locks: [gpu], steps: [{ shell: x, locks: [gpu] }] }]',
    [
      'm.yml:2: builders[0].steps[0].locks: the builder holds lock "gpu" for the whole build already',
    ],
  ],
  [
    'builders: [{ name: a/b, steps: [{ shell: x }] }]',
    [
      'm.yml:1: builders[0].name: must begin with a letter or digit and hold letters, digits, spaces and . _ + - only',
    ],
  ],
  [
    `builders: [{ name: ${'x'.repeat(81)}, steps: [{ shell: x }] }]`,
    ['m.yml:1: builders[0].name: must be at most 80 characters'],
  ],
  [
    'builders:\n  - { name: a, steps: [{ shell: x }] }\n  - { name: a, steps: [{ shell: x }] }',
    ['m.yml:3: builders[1].name: there are two called "a"'],
  ],
  [
    withA('').replace('name: a', 'name: a\n    slaves: [locl]'),
    ['m.yml:4: builders[0].slaves[0]: there is no slave "locl"; did you mean "local"?'],
  ],
  [
    withA('').replace(
      'name: a',
      'name: a\n    requires:\n      nod: ">=20"\n      node: twenty\n      memory: ">=8 apples"\n      cpus: many\n      os: linux, mac\n      docker: false',
    ),
    [
      'm.yml:5: builders[0].requires.nod: is nothing that a slave tells; did you mean "node"?',
      'm.yml:6: builders[0].requires.node: "twenty" is not a range of versions; write one such as ">=20", "20.x" or ">=3.9 <4"',
      'm.yml:7: builders[0].requires.memory: ">=8 apples" is not a size to compare with; write one such as ">=8GB"',
      'm.yml:8: builders[0].requires.cpus: "many" is not a number to compare with; write one such as ">=4"',
      'm.yml:9: builders[0].requires.os: "linux, mac" can\'t be read; write one word, or several with "||" between them',
      'm.yml:10: builders[0].requires.docker: can only be asked for; "true" stands for any version, and a slave that lacks it can be left out with "slaves" or "slaveTags"',
    ],
  ],
  [
    withA('projects: [{ name: calc, repository: /x }]').replace(
      'name: a',
      'name: a\n    project: clac',
    ),
    ['m.yml:4: builders[0].project: there is no project "clac"; did you mean "calc"?'],
  ],
  [
    'slaves: [{ name: a b }]',
    [
      'm.yml:1: slaves[0].name: must begin with a letter or digit and hold letters, digits and . _ - only',
    ],
  ],
  ['slaves: [{ name: a, maxBuilds: 0 }]', ['m.yml:1: slaves[0].maxBuilds: must be at least 1']],
  [
    'slaves: [{ name: a, maxBuilds: 1.5 }]',
    ['m.yml:1: slaves[0].maxBuilds: must be a whole number'],
  ],
  [
    'slaves: [{ name: a, kind: cloud }]',
    ['m.yml:1: slaves[0].kind: must be local or remote or docker or ssh or kubernetes'],
  ],
  [
    'slaves: [{ name: a, kind: local, address: "x:1" }]',
    ['m.yml:1: slaves[0].address: only a slave of kind remote has an address'],
  ],
  ['projects: [{ name: a }]', ['m.yml:1: projects[0].repository: is needed']],
  [
    'projects: [{ name: a, repository: "" }]',
    ['m.yml:1: projects[0].repository: must not be empty'],
  ],
  [
    'projects: [{ name: a, repository: /x, poll: often }]',
    ['m.yml:1: projects[0].poll: must be a time such as 30s, 10m or 1h'],
  ],
  [
    'projects: [{ name: a, repository: /x, poll: true }]',
    ['m.yml:1: projects[0].poll: must be a time such as 60s, or off'],
  ],
  [
    'projects: [{ name: a, repository: /x, branches: main }]',
    ['m.yml:1: projects[0].branches: must be a list'],
  ],
  [
    'schedulers: [{ name: s }]',
    ['m.yml:1: schedulers[0]: needs a kind: anyBranch, singleBranch, nightly, force'],
  ],
  [
    withA('schedulers: [{ name: s, kind: nihgtly, builders: [a] }]'),
    ['m.yml:1: schedulers[0].kind: there is no scheduler kind "nihgtly"; did you mean "nightly"?'],
  ],
  [
    withA('schedulers: [{ name: s, kind: constructor, builders: [a] }]'),
    [
      'm.yml:1: schedulers[0].kind: there is no scheduler kind "constructor"; known are anyBranch, singleBranch, nightly, force',
    ],
  ],
  [
    withA('schedulers: [{ name: bisect, kind: force, builders: [a] }]'),
    [
      'm.yml:1: schedulers[0].name: "bisect" is the name of what bisects builders; choose another one',
    ],
  ],
  [
    withA('schedulers: [{ name: s, kind: periodic, builders: [a] }]'),
    [
      'm.yml:1: schedulers[0].kind: schedulers of kind "periodic" are not yet there in this version',
    ],
  ],
  [
    withA('schedulers: [{ name: s, kind: singleBranch, builders: [a] }]'),
    ['m.yml:1: schedulers[0].branch: is needed'],
  ],
  [
    withA('schedulers: [{ name: s, kind: nightly, builders: [a], cron: every day }]'),
    [
      'm.yml:1: schedulers[0].cron: "every day" is no cron pattern; "0 3 * * *" is every night at three',
    ],
  ],
  [
    withA('schedulers: [{ name: s, kind: force, builders: [b] }]'),
    ['m.yml:1: schedulers[0].builders[0]: there is no builder "b"'],
  ],
  ['locks: [{ name: a, maxCount: 0 }]', ['m.yml:1: locks[0].maxCount: must be at least 1']],
  [
    'monitors: [{ name: a, kind: github, repository: x, workflow: ci.yml, url: ftp://x }]',
    [
      'm.yml:1: monitors[0].repository: must be OWNER/NAME, as in its address',
      'm.yml:1: monitors[0].url: must be an address such as https://github.example.org',
    ],
  ],
  [
    'monitors: [{ name: a, kind: github, repository: x/y, workflow: ci.yml, poll: 5s, project: z }]\nbuilders: [{ name: a, steps: [{ shell: x }] }]',
    [
      'm.yml:1: monitors[0].name: there is a builder "a" already',
      'm.yml:1: monitors[0].project: there is no project "z"',
      'm.yml:1: monitors[0].poll: must be at least 1m',
    ],
  ],
  ['notify: [{ on: [failure] }]', ['m.yml:1: notify[0].kind: is needed']],
])('%j says what is wrong', (text, problems) => {
  expect(problemsOf(text)).toEqual(problems)
})

test('all faults of a file are told, in the order of its lines', () => {
  const text = `tilte: x
builders:
  - name: a
    steps:
      - shell: x
        timeout: soon
  - name: b
    slaves: 5
    steps: [{ sell: x }]
schedulers:
  - { name: s, kind: never, builders: [a] }
`
  expect(problemsOf(text).map(problem => problem.slice(0, problem.indexOf(' ')))).toEqual([
    'm.yml:1:',
    'm.yml:6:',
    'm.yml:8:',
    'm.yml:9:',
    'm.yml:11:',
  ])
})

test('a file that is not there or is a folder says so', () => {
  const folder = temporaryFolder()
  expect(
    [`${folder}/none.yml`, folder].map(file => loadConfig(file).problems.map(describeProblem)),
  ).toEqual([
    [`${folder}/none.yml: there is no such file`],
    [`${folder}: this is a folder, not a file`],
  ])
})

test('a file that is not UTF-8 is told in words or read, and never throws', () => {
  const file = join(temporaryFolder(), 'm.yml')
  writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x62, 0xc3, 0x28]))
  expect(loadConfig(file).problems.length).toBeGreaterThan(0)
})

test.each([
  ['/srv/calc', '/srv/calc'],
  ['../calc', '/home/ada/calc'],
  ['calc', '/home/ada/desk/calc'],
  ['~/calc', `${homedir()}/calc`],
  ['https://example.org/calc.git', 'https://example.org/calc.git'],
  ['git@example.org:calc.git', 'git@example.org:calc.git'],
  ['ssh://x/calc', 'ssh://x/calc'],
  ['file:///srv/calc', 'file:///srv/calc'],
])('repository %s is %s', (given, meant) => {
  const { config } = parseConfig(
    `projects: [{ name: a, repository: ${JSON.stringify(given)} }]`,
    '/home/ada/desk/master.yml',
  )
  expect(config!.projects[0]!.repository).toBe(meant)
})

test.each<[string | number, number | undefined]>([
  ['500ms', 500],
  ['30s', 30_000],
  ['10m', 600_000],
  ['10 min', 600_000],
  ['1h 30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
  ['45', 45_000],
  [45, 45_000],
  [0, 0],
  [0.2, 200],
  [-1, undefined],
  ['-1s', undefined],
  ['1 fortnight', undefined],
  ['', undefined],
  ['1h nonsense', undefined],
  [Number.NaN, undefined],
])('the time %j is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  ['0', null],
  ['null', null],
  ['off', undefined],
  ['5s', 5000],
])('a limit of %s', (value, timeoutMs) => {
  const { config } = parseConfig(step(`shell: x\n        timeout: ${value}`), 'm.yml')
  expect(config?.builders[0]?.steps[0]?.timeoutMs).toBe(timeoutMs)
})

test('steps of one name are told apart', () => {
  const text =
    'builders: [{ name: a, steps: [{ shell: x }, { shell: x }, { shell: y, name: x 2 }, { shell: x }] }]'
  const { config } = parseConfig(text, 'm.yml')
  expect(config!.builders[0]!.steps.map(one => one.name)).toEqual(['x', 'x 3', 'x 2', 'x 4'])
})

test('a long command is a short name', () => {
  const { config } = parseConfig(
    step('shell: "make --jobs 8 all check install\\nmake dist"'),
    'm.yml',
  )
  expect(config!.builders[0]!.steps[0]!.name).toBe('make --jobs 8 all check ins…')
})

test.each([
  ['notify: [{ kind: desktpo }]', 'notify[0].kind: must be desktop; did you mean "desktop"?'],
  ['notify: [{ kind: mail }]', 'notify[0].kind: must be desktop'],
  ['notify: [{ kind: desktop, onn: [] }]', 'notify[0].onn: unknown key; did you mean "on"?'],
  ['backups: { kep: 3 }', 'backups.kep: unknown key; did you mean "keep"?'],
  ['slavePort: { prot: 1 }', 'slavePort.prot: unknown key; did you mean "port"?'],
  [
    'locks: [{ name: a, scope: slaev }]',
    'locks[0].scope: must be master or slave; did you mean "slave"?',
  ],
])('%s is refused with what was meant', (text, problem) => {
  expect(problemsOf(text)).toContain(`m.yml:1: ${problem}`)
})

test('a fault in one part hides none in another, and makes none up', () => {
  const text = `slaves:
  - { name: one, kind: lokal }
projects:
  - { name: p, repository: /r, poll: soon }
locks: [{ name: l, scope: all }]
builders:
  - name: a
    project: p
    slaves: [one]
    locks: [l]
    tags: 5
    steps: [git, { shel: x }]
  - name: b
    slaves: [two]
    locks: [m]
    steps: [git, { shell: x, locks: [l, n] }]
schedulers:
  - { name: s, kind: force, builders: [a, b, c] }
`
  expect(problemsOf(text)).toEqual([
    'm.yml:2: slaves[0].kind: must be local or remote or docker or ssh or kubernetes; did you mean "local"?',
    'm.yml:4: projects[0].poll: must be a time such as 30s, 10m or 1h',
    'm.yml:5: locks[0].scope: must be master or slave',
    'm.yml:11: builders[0].tags: must be a list',
    'm.yml:12: builders[0].steps[1]: has no step type; did you mean "shell"?',
    'm.yml:14: builders[1].slaves[0]: there is no slave "two"',
    'm.yml:15: builders[1].locks[0]: there is no lock "m"',
    'm.yml:16: builders[1].steps[1].locks[1]: there is no lock "n"',
    'm.yml:18: schedulers[0].builders[2]: there is no builder "c"',
  ])
})

describe('a project whose commits nobody builds any more is told', () => {
  const desk = (schedulers: string) => `projects: [{ name: p, repository: /r }]
builders:
  - { name: a, steps: [git] }
  - { name: b, steps: [git] }
schedulers: [${schedulers}]`
  const noticesOf = (text: string) => parseConfig(text, 'm').notices.map(describeProblem)

  test.each(['force', 'nightly'])('a %s scheduler of one of its builders is all there is', kind => {
    const cron = kind === 'nightly' ? ', cron: "0 3 * * *"' : ''
    expect(noticesOf(desk(`{ name: s, kind: ${kind}, builders: [a]${cron} }`))).toEqual([
      'm:5: schedulers[0]: no commit of project "p" is built: a project that has schedulers ("s") gets none of its own. ' +
        'Add one of kind anyBranch for b, or one of kind force if only people are to build it',
    ])
  })

  test.each([
    '',
    '{ name: s, kind: force, builders: [a, b] }',
    '{ name: s, kind: force, builders: [a] }, { name: t, kind: anyBranch, builders: [b] }',
    '{ name: t, kind: singleBranch, branch: main, builders: [b] }',
  ])('and not with [%s]', schedulers => {
    expect(noticesOf(desk(schedulers))).toEqual([])
  })
})

test.each(['0 3 31 2 *', '0 0 30 2 *', '2020-03-01T00:00:00'])(
  'that "%s" never comes again is told',
  cron => {
    const text = `builders: [{ name: a, steps: [{ shell: x }] }]
schedulers: [{ name: s, kind: nightly, builders: [a], cron: '${cron}' }]`
    expect(parseConfig(text, 'm.yml').notices.map(describeProblem)).toContainEqual(
      expect.stringContaining(`"${cron}" names no time that is still to come`),
    )
  },
)

describe('a file that is made to hurt is refused in words, in no time', () => {
  const laughs = (levels: number) =>
    Array.from(
      { length: levels },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`,
    )
  const unfold = 'm.yml: holds more than 500000 values, with its aliases (*name) unfolded'
  test.each<[string, string, string]>([
    [
      'a billion laughs',
      ['a0: &a0 [ha, ha]', ...laughs(12)].join('\n'),
      'm.yml:1: aliases (*name) stand for other aliases so often that they unfold without end; write these parts out',
    ],
    [
      'one large part named often',
      `a: &a [${'x, '.repeat(2000)}]\nb: [${'*a, '.repeat(2000)}]`,
      unfold,
    ],
    [
      'brackets',
      `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      'm.yml: is nested too deeply to be read',
    ],
    [
      'brackets without ends',
      `a: ${'['.repeat(500)}`,
      'm.yml:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'maps in maps',
      `a: ${'{ a: '.repeat(100)}1${' }'.repeat(100)}`,
      'm.yml: is nested more than 64 levels deep, with its aliases (*name) unfolded',
    ],
    [
      'two megabytes',
      `title: ${'x'.repeat(2_000_000)}`,
      'm.yml: is larger than 1 MB, and so hardly a configuration; is it the right file?',
    ],
    [
      'a builder whose name has a megabyte',
      `builders: [{ name: ${'x'.repeat(1_000_000)}, steps: [{ shell: x }] }]`,
      'm.yml:1: builders[0].name: must be at most 80 characters',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem])
  })

  test('and one part that is named by hundreds of builders is no such file', () => {
    const names = Array.from({ length: 300 }, (_, i) => `  - { name: b${i}, steps: *steps }`)
    const text = `builders:\n  - name: a\n    steps: &steps [{ shell: x }]\n${names.join('\n')}\n`
    expect(parseConfig(text, 'm.yml').config?.builders).toHaveLength(301)
  })

  test('a file that is nothing but faults tells some, and that there are more', () => {
    const problems = problemsOf(Array.from({ length: 5000 }, (_, i) => `k${i}: x`).join('\n'))
    expect(problems).toHaveLength(201)
    expect(problems).toContain('m.yml: there are more faults than these')
  })
})

test.each([
  [`shell: 'deploy \${{ prop.branch }}'`, 1],
  [`shell: 'deploy \${{ prop.branch ?? "main" }} \${{ prop.reason }}'`, 2],
  [`test: 'deploy \${{ prop.branch }}'`, 1],
  [`shell: [deploy, '\${{ prop.branch }}']`, 0],
  [`{ shell: 'deploy "$BRANCH"', env: { B: '\${{ prop.branch }}' } }`, 0],
  [`shell: 'deploy \${{ prop.level }}'`, 0],
])('that others choose a part of the shell line is told: %s', (text, count) => {
  const { config, notices } = parseConfig(step(text), 'm.yml')
  expect(config).toBeDefined()
  expect(notices.filter(({ reason }) => reason.includes('others choose it'))).toHaveLength(count)
})
