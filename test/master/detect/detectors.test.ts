import { expect, test } from 'vitest'
import { detectIn, findingsOf, stepsOf } from '../../helpers/detect.ts'
import { SAMPLES } from '../../helpers/samples.ts'

test.for(SAMPLES)('$kind: the steps, and why', async sample => {
  const detection = await detectIn(sample.files)
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
      Makefile: 'all: tool\n',
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
      ['test', 'bundle exec rspec --format documentation'],
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
    {
      'pyproject.toml': '[project]\n',
      'uv.lock': '',
      'test_a.py': 'class A(unittest.TestCase): pass\n',
    },
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
  expect(await stepsOf(files)).toEqual(wanted)
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
    {
      '.github/workflows/ci.yml': `jobs: { a: { steps: [{ name: Sign, run: "sign \${{ secrets.TOKEN }}" }] } }`,
    },
    '.github/workflows/ci.yml, job a: Sign',
    'left out: it needs the secret TOKEN',
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
    'left out: it has no jobs',
  ],
])('%s is said, and a command is asked for', async ([, files, what, detail]) => {
  const detection = await detectIn(files)
  expect(detection.found).toContainEqual(expect.objectContaining({ what, detail }))
  expect(detection.steps).toMatchObject([{ kind: 'shell', name: 'build', text: '' }])
})

test('another kind that is there too is named, and not proposed', async () => {
  const files = { 'Cargo.toml': '', 'package.json': '{"scripts":{"test":"x"}}' }
  expect(await findingsOf(files)).toEqual([
    'Cargo.toml: a Rust package',
    'package.json: scripts test; not in the proposal',
  ])
})

test('what others wrote, and what is only an example, is no part', async () => {
  expect(
    await stepsOf({
      'vendor/x/Makefile': 'all:\n',
      'examples/y/Makefile': 'all:\n',
      'a/b/c/Makefile': '',
    }),
  ).toEqual([['build', '']])
})

/** As many files as a project of that language has. */
function sources(count: number, ending: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`src/f${i}.${ending}`, '']))
}

test('what a project is made of decides, not the file that is looked at first; and it is said', async () => {
  const files = {
    'Cargo.toml': '[package]\n',
    'src/lib.rs': '',
    ...sources(20, 'c'),
    'package.json': '{"scripts":{"lint":"prettier ."}}',
    Makefile: 'all: tool\ntest: all\n\t./tool\n',
  }
  expect(await stepsOf(files)).toEqual([
    ['build', 'make'],
    ['test', 'make test'],
  ])
  expect(await findingsOf(files)).toEqual([
    'Makefile: with a target "test"',
    'Cargo.toml: a Rust package; not in the proposal: 1 file is Rust, and 20 are C or C++',
    'package.json: scripts lint; not in the proposal: 0 files are JavaScript or TypeScript, and 20 are C or C++',
  ])
})

test('examples, vendored and minified files weigh nothing', async () => {
  const files = {
    'go.mod': 'module a\n',
    'main.go': '',
    'vendor/x/a.c': '',
    ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`docs/static/f${i}.js`, ''])),
  }
  expect((await stepsOf(files))[0]).toEqual(['build', 'go build ./...'])
})

const CASE = 'import unittest\nclass A(unittest.TestCase): ...\n'

test.for<[why: string, files: Record<string, string>, steps: [string, string][]]>([
  [
    'in folders that are no packages are named one by one',
    { 'a/b/test_x.py': CASE, 'c/test_y.py': CASE },
    [
      ['test a/b', 'python3 -m unittest discover -v -s a/b'],
      ['test c', 'python3 -m unittest discover -v -s c'],
    ],
  ],
  [
    'in packages are found from the top of those',
    { 'pkg/__init__.py': '', 'pkg/sub/__init__.py': '', 'pkg/sub/test_x.py': CASE },
    [['test', 'python3 -m unittest discover -v']],
  ],
  [
    'with names that unittest does not look for are named',
    { 'x_test.py': CASE },
    [['test', 'python3 -m unittest discover -v -p "*_test.py"']],
  ],
  [
    'that hold no case are none',
    { 'test_x.py': 'print(1)\n', 'setup.py': '' },
    [
      ['venv', 'python3 -m venv .venv'],
      ['install', '.venv/bin/python -m pip install --quiet -e .'],
      ['compile', '.venv/bin/python -m compileall -q -x "[/\\\\][.]" .'],
    ],
  ],
  [
    'of Django are run by its manage.py',
    { 'manage.py': '', 'app/tests.py': 'from django.test import TestCase\n' },
    [['test', 'python3 manage.py test -v 2']],
  ],
  [
    'need what is named for them',
    {
      'requirements.txt': '',
      'test-requirements.txt': 'pytest\n',
      'test_x.py': '',
      'pyproject.toml': '[project]\n[project.optional-dependencies]\ntest = ["x"]\n',
    },
    [
      ['venv', 'python3 -m venv .venv'],
      [
        'install',
        '.venv/bin/python -m pip install --quiet -r requirements.txt -r test-requirements.txt -e ".[test]" pytest',
      ],
      ['test', '.venv/bin/python -m pytest --junit-xml=junit.xml'],
    ],
  ],
  [
    'need a group, which only a new pip knows',
    {
      'pyproject.toml': '[project]\n[dependency-groups]\ntest = ["x"]\n',
      'conftest.py': '',
      'test_x.py': '',
    },
    [
      ['venv', 'python3 -m venv .venv'],
      ['pip', '.venv/bin/python -m pip install --quiet --upgrade pip'],
      ['install', '.venv/bin/python -m pip install --quiet --group test -e . pytest'],
      ['test', '.venv/bin/python -m pytest --junit-xml=junit.xml'],
    ],
  ],
])('Python tests %s', async ([, files, wanted]) => {
  expect(await stepsOf(files)).toEqual(wanted)
})

test.for<[why: string, scripts: object, steps: [string, string][]]>([
  [
    'vitest names its tests',
    { test: 'tsc && vitest run' },
    [['test', 'npm test -- --reporter=verbose']],
  ],
  [
    'jest names its tests',
    { test: 'NODE_ENV=x npx jest --ci' },
    [['test', 'npm test -- --verbose']],
  ],
  ['a reporter of its own stays', { test: 'vitest --reporter=dot' }, [['test', 'npm test']]],
  ['options would go to another command', { test: 'jest && eslint .' }, [['test', 'npm test']]],
  [
    'other names of the same',
    { 'types:check': 'tsc', 'test:unit': 'mocha' },
    [
      ['typecheck', 'npm run types:check'],
      ['test', 'npm run test:unit'],
    ],
  ],
  ['a script that only prints', { test: 'echo done', build: 'tsc' }, [['build', 'npm run build']]],
  [
    'a script that never ends',
    { test: 'jest --watch', 'test:ci': 'jest' },
    [['test', 'npm run test:ci -- --verbose']],
  ],
  [
    'a script that changes the machine',
    { build: 'sudo cp a /usr/bin', test: 'tap' },
    [['test', 'npm test']],
  ],
])('of package.json: %s', async ([, scripts, wanted]) => {
  expect(await stepsOf({ 'package.json': JSON.stringify({ scripts }) })).toEqual(wanted)
})

test('npm installs with the option without which it would refuse', async () => {
  const files = {
    'package.json': '{"scripts":{"test":"x"},"devDependencies":{"a":"1"}}',
    '.github/workflows/ci.yml': 'jobs: { a: { steps: [{ run: npm install --legacy-peer-deps }] } }',
  }
  expect((await stepsOf(files))[0]).toEqual(['install', 'npm install --legacy-peer-deps'])
})

test('a script is run in each package only where one has it', async () => {
  const workspace = (scripts: object) => ({
    'package.json': JSON.stringify({ workspaces: ['packages/*'] }),
    'packages/a/package.json': JSON.stringify({ scripts }),
  })
  expect(await stepsOf(workspace({ test: 'tap' }))).toEqual([
    ['install', 'npm install'],
    ['test', 'npm test --workspaces --if-present'],
  ])
  expect(await stepsOf(workspace({ test: 'echo "Error: no test specified" && exit 1' }))).toEqual([
    ['build', ''],
  ])
})

test.for<[files: Record<string, string>, steps: [string, string][]]>([
  [
    { 'go.mod': '' },
    [
      ['build', 'go build ./...'],
      ['vet', 'go vet ./...'],
    ],
  ],
  [
    { 'mix.exs': '' },
    [
      ['install', 'mix deps.get'],
      ['build', 'mix compile'],
    ],
  ],
  [{ 'a.sln': '', 'a/a.csproj': '<Project/>' }, [['build', 'dotnet build']]],
  [
    { 'meson.build': "executable('a')\n" },
    [
      ['configure', 'meson setup build'],
      ['build', 'meson compile -C build'],
    ],
  ],
  [{ 'deno.json': '{}' }, [['lint', 'deno lint']]],
  [{ 'test.sh': 'echo fine\n', 'build.sh': 'cc a.c\n' }, [['build', 'sh build.sh']]],
  [{ justfile: 'build:\n  cc a.c\ntest:\n  @echo later\n' }, [['build', 'just build']]],
])('no test step where there are no tests: %j', async ([files, wanted]) => {
  expect(await stepsOf(files)).toEqual(wanted)
})

test('an option that switches the tests of CMake on is set', async () => {
  const text =
    'option(X_BUILD_TESTS "with tests" OFF)\nif(X_BUILD_TESTS)\n  enable_testing()\nendif()\n'
  expect((await stepsOf({ 'CMakeLists.txt': text }))[0]).toEqual([
    'configure',
    'cmake -S . -B build -DX_BUILD_TESTS=ON',
  ])
})

test.for<[files: Record<string, string>, tools: string[], steps: number]>([
  [{ 'Package.swift': '' }, ['swift'], 1],
  [{ 'App.xcodeproj/project.pbxproj': '' }, ['xcodebuild'], 0],
  [
    {
      'App.xcodeproj/project.pbxproj': '',
      'App.xcodeproj/xcshareddata/xcschemes/App.xcscheme': '',
      'AppTests/a.swift': '',
    },
    ['xcodebuild'],
    2,
  ],
  [{ 'build.zig': 'b.step("test", "")' }, ['zig'], 2],
  [{ DESCRIPTION: 'Package: x\n' }, ['R'], 2],
  [{ 'x.cabal': 'test-suite x\n' }, ['ghc', 'cabal'], 2],
  [{ 'stack.yaml': '' }, ['stack'], 1],
  [{ 'Project.toml': '', 'src/X.jl': '', 'test/runtests.jl': '' }, ['julia'], 2],
  [{ 'pubspec.yaml': 'name: x\n' }, ['dart'], 2],
  [
    { 'pubspec.yaml': 'dependencies:\n  flutter:\n    sdk: flutter\n', 'test/a_test.dart': '' },
    ['flutter'],
    3,
  ],
  [{ 'dune-project': '', 'test/dune': '(test (name x))' }, ['dune'], 2],
  [{ 'build.sbt': '' }, ['java', 'sbt'], 2],
  [{ 'project.clj': '' }, ['java', 'lein'], 1],
  [{ 'rebar.config': '', 'test/x_SUITE.erl': '' }, ['rebar3'], 2],
  [{ 'MODULE.bazel': '', 'a/BUILD': 'cc_test(name = "x")\n' }, ['bazel'], 2],
  [{ 'flake.nix': '', 'x.nimble': '' }, ['nimble', 'nix'], 0],
])('known at least by name, with its programs: %j', async ([files, tools, count]) => {
  const detection = await detectIn(files)
  expect([detection.tools, detection.steps.filter(step => step.text !== '').length]).toEqual([
    tools,
    count,
  ])
})
