import { expect, test } from 'vitest'
import { detect } from '../../../main/master/detect/detectors.ts'
import type { RepositoryFiles } from '../../../main/master/detect/files.ts'
import { SAMPLES } from '../../helpers/samples.ts'

function filesOf(files: Readonly<Record<string, string>>): RepositoryFiles {
  return {
    names: Object.keys(files),
    has: name => Object.hasOwn(files, name),
    read: async name => (Object.hasOwn(files, name) ? files[name] : undefined),
  }
}

/** Name and command of each step. */
async function steps(files: Readonly<Record<string, string>>) {
  const detection = await detect(filesOf(files))
  return detection.steps.map(({ name, text }) => [name, text])
}

test.for(SAMPLES)('$kind: the steps, and why', async sample => {
  const detection = await detect(filesOf(sample.files))
  expect(detection.steps.map(({ name, text }) => [name, text])).toEqual(sample.steps)
  expect(detection.steps.filter(step => !step.because)).toEqual([])
  expect(detection.found.length).toBeGreaterThan(0)
})

test.for<[why: string, files: Record<string, string>, steps: [string, string][]]>([
  [
    'pnpm',
    { 'package.json': '{"scripts":{"test":"x"}}', 'pnpm-lock.yaml': '' },
    [
      ['install', 'pnpm install --frozen-lockfile'],
      ['test', 'pnpm test'],
    ],
  ],
  [
    'yarn of today',
    { 'package.json': '{"scripts":{"test":"x"}}', 'yarn.lock': '', '.yarnrc.yml': '' },
    [
      ['install', 'yarn install --immutable'],
      ['test', 'yarn test'],
    ],
  ],
  [
    'the manager that package.json names',
    { 'package.json': '{"packageManager":"pnpm@9.0.0","scripts":{"build":"x"}}' },
    [['build', 'pnpm run build']],
  ],
  [
    'what npm init writes is no test',
    {
      'package.json': '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}',
      Makefile: 'all:\n',
    },
    [['build', 'make']],
  ],
  [
    'Deno',
    { 'deno.json': '{ "tasks": { "test": "deno test" } } // mine' },
    [
      ['lint', 'deno lint'],
      ['test', 'deno task test'],
    ],
  ],
  ['Maven with its wrapper', { 'pom.xml': '', mvnw: '' }, [['test', './mvnw --batch-mode verify']]],
  ['Gradle', { 'build.gradle.kts': '' }, [['test', 'gradle --no-daemon build']]],
  ['Ant', { 'build.xml': '<target name="test"/>' }, [['test', 'ant test']]],
  [
    'Ruby',
    { Gemfile: '', 'spec/sum_spec.rb': '' },
    [
      ['install', 'bundle install'],
      ['test', 'bundle exec rspec'],
    ],
  ],
  [
    'Python that says what it needs',
    { 'requirements.txt': 'pytest\n', 'test_a.py': '' },
    [
      ['venv', 'python3 -m venv .venv'],
      ['install', '.venv/bin/python -m pip install --quiet -r requirements.txt pytest'],
      ['test', '.venv/bin/python -m pytest --junit-xml=junit.xml'],
    ],
  ],
  [
    'uv',
    { 'pyproject.toml': '[project]\n', 'uv.lock': '' },
    [
      ['install', 'uv sync --frozen'],
      ['test', 'uv run python -m unittest discover -v'],
    ],
  ],
  [
    'Perl with a Makefile.PL',
    { 'Makefile.PL': '', 't/a.t': '' },
    [
      ['configure', 'perl Makefile.PL'],
      ['build', 'make'],
      ['test', 'make test TEST_VERBOSE=1'],
    ],
  ],
  [
    'autotools, as they are committed',
    { 'configure.ac': '', 'Makefile.am': '' },
    [
      ['autoreconf', 'autoreconf --install'],
      ['configure', './configure'],
      ['build', 'make'],
      ['test', 'make check'],
    ],
  ],
  ['bats', { 'tests/a.bats': '' }, [['test', 'bats --recursive tests']]],
  [
    'the commands of a hosted CI, where nothing else says anything',
    {
      '.github/workflows/ci.yml': `jobs: { one: { steps: [{ uses: x }, { name: Check, run: ./check }, { run: "echo \${{ github.ref }}" }] } }`,
    },
    [['Check', './check']],
  ],
])('%s', async ([, files, wanted]) => {
  expect(await steps(files)).toEqual(wanted)
})

test.for<[why: string, files: Record<string, string>, what: string, detail: string]>([
  [
    'a manifest that is no JSON',
    { 'package.json': '{"scripts":' },
    'package.json',
    'it can’t be read as JSON',
  ],
  [
    'a manifest that is a list',
    { 'package.json': '[1]' },
    'package.json',
    'no scripts that we know',
  ],
  [
    'a workflow that wants a secret',
    { '.github/workflows/ci.yml': `x: \${{ secrets.TOKEN }}` },
    '.github/workflows/ci.yml',
    'left out: it wants a secret, TOKEN',
  ],
  [
    'a workflow that is no YAML',
    { '.github/workflows/ci.yml': '{ [' },
    '.github/workflows/ci.yml',
    'left out: it can’t be read',
  ],
  [
    'a workflow that is anything',
    { '.github/workflows/ci.yml': 'jobs: [null, 3]' },
    '.github/workflows/ci.yml',
    '0 jobs of a hosted CI',
  ],
])('%s is said, and a command is asked for', async ([, files, what, detail]) => {
  const detection = await detect(filesOf(files))
  expect(detection.found).toContainEqual(expect.objectContaining({ what, detail }))
  expect(detection.steps).toMatchObject([{ kind: 'shell', name: 'build', text: '' }])
})

test('another kind that is there too is named, and not proposed', async () => {
  const detection = await detect(
    filesOf({ 'Cargo.toml': '', 'package.json': '{"scripts":{"test":"x"}}' }),
  )
  expect(detection.found.map(({ what, detail }) => `${what}: ${detail}`)).toEqual([
    'Cargo.toml: a Rust package',
    'package.json: scripts test; not in the proposal',
  ])
})

test('what others wrote, and what is only an example, is no part', async () => {
  expect(
    await steps({
      'vendor/x/Makefile': 'all:\n',
      'examples/y/Makefile': 'all:\n',
      'a/b/c/Makefile': '',
    }),
  ).toEqual([['build', '']])
})
