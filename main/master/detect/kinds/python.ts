import { type Detection, good, type Kind, shell, test, warning } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'
import type { DraftStep } from '../proposal.ts'
import { fileWith, quoted } from '../text.ts'

const DECLARING = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt']
const SETTINGS = ['tox.ini', 'pytest.ini', 'conftest.py']
// requirements.txt, test-requirements.txt, requirements_dev.txt, requirements/test.txt, …
const REQUIREMENTS =
  /^(?:requirements(?:[-_.](?:dev|devel|develop|test|tests|testing))?|(?:dev|test|tests|testing)[-_.]requirements|requirements\/(?:base|dev|develop|test|tests|testing))\.txt$/
const TEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test|tests)\.py$/
const JUNIT = '--junit-xml=junit.xml'

/** A project that says what it needs. */
export const python: Kind = {
  label: 'Python',
  markers: ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'pytest.ini', 'tox.ini'],
  language: 'Python',
  async detect(files) {
    const marker = python.markers.find(files.has)
    return marker === undefined ? undefined : describe(files, marker)
  },
}

/** Only its tests say that it is one. */
export const pythonTests: Kind = {
  label: 'Python',
  markers: ['conftest.py'],
  language: 'Python',
  async detect(files) {
    const marker = files.names.find(name => TEST_FILE.test(name))
    return marker === undefined ? undefined : describe(files, marker)
  },
}

/** How the tests are run, after the interpreter. */
interface Runner {
  readonly name: string
  readonly command: string
  readonly why: string
}

async function describe(files: RepositoryFiles, marker: string): Promise<Detection> {
  const requirements = files.names.filter(name => REQUIREMENTS.test(name))
  const pytest = await whyPytest(files, requirements)
  const runners = await runnersOf(files, pytest)
  const found = [
    good(marker, pytest ? 'a Python project with pytest' : 'a Python project'),
    ...(runners.length === 0
      ? [warning('No tests were found', 'The proposal shows only that the sources compile.')]
      : []),
  ]
  const tests = (python: string): DraftStep[] =>
    runners.length > 0
      ? runners.map(({ name, command, why }) => test(`${python} ${command}`, why, name))
      : [
          shell(
            'compile',
            `${python} -m compileall -q -x "[/\\\\][.]" .`,
            'there are no tests; this reads all sources',
          ),
        ]
  for (const [lockfile, tool, install, run] of LOCKED)
    if (files.has(lockfile))
      return {
        found: [...found, good(lockfile, `so ${tool}`)],
        steps: [shell('install', install, `there is a ${lockfile}`), ...tests(run)],
        tools: [tool],
      }
  const installable = await isInstallable(files)
  if (requirements.length === 0 && !(installable && (pytest || runners.length === 0)))
    return {
      found,
      steps: tests('python3'),
      tools: pytest ? ['python3', 'pytest'] : ['python3'],
    }
  const needs = [
    ...requirements.map(name => `-r ${name}`),
    ...(installable ? [await installedAs(files)] : []),
    ...(pytest ? ['pytest'] : []),
  ]
  const own = process.platform === 'win32' ? '.venv\\Scripts\\python' : '.venv/bin/python'
  const declared = requirements[0] ?? marker
  return {
    found,
    steps: [
      shell('venv', 'python3 -m venv .venv', 'what it needs is kept apart from your own Python'),
      ...(needs.some(one => one.startsWith('--group'))
        ? [
            shell(
              'pip',
              `${own} -m pip install --quiet --upgrade pip`,
              'older ones do not know the groups of pyproject.toml',
            ),
          ]
        : []),
      shell(
        'install',
        `${own} -m pip install --quiet ${needs.join(' ')}`,
        `${declared} says what it needs`,
      ),
      ...tests(own),
    ],
    tools: ['python3'],
  }
}

const LOCKED: readonly (readonly [lockfile: string, tool: string, install: string, run: string])[] =
  [
    ['uv.lock', 'uv', 'uv sync --frozen', 'uv run python'],
    ['poetry.lock', 'poetry', 'poetry install --no-interaction', 'poetry run python'],
    ['pdm.lock', 'pdm', 'pdm sync', 'pdm run python'],
    ['Pipfile.lock', 'pipenv', 'pipenv sync --dev', 'pipenv run python'],
  ]

async function whyPytest(
  files: RepositoryFiles,
  requirements: readonly string[],
): Promise<string | undefined> {
  const own = ['pytest.ini', 'conftest.py', 'tests/conftest.py', 'test/conftest.py'].find(files.has)
  if (own) return `there is a ${own}`
  for (const name of [...DECLARING, ...SETTINGS, ...requirements])
    if ((await files.read(name))?.includes('pytest')) return `${name} names pytest`
  for (const name of files.names.filter(one => TEST_FILE.test(one)).slice(0, 10)) {
    const text = (await files.read(name)) ?? ''
    // unittest finds no test outside of a class.
    if (/^[ \t]*(import pytest|from pytest)/m.test(text)) return `${name} imports pytest`
    if (/^def test_/m.test(text) && !/unittest/.test(text)) return `${name} has tests for pytest`
  }
  return undefined
}

const MOST_FOLDERS = 6

async function runnersOf(files: RepositoryFiles, pytest: string | undefined): Promise<Runner[]> {
  if (pytest) {
    if (!files.names.some(name => TEST_FILE.test(name))) return []
    return [{ name: 'test', command: `-m pytest ${JUNIT}`, why: pytest }]
  }
  const cases = await fileWith(files, TEST_FILE, /\bTestCase\b|\bload_tests\b/)
  if (cases === undefined) return []
  if (files.has('manage.py'))
    return [{ name: 'test', command: 'manage.py test -v 2', why: 'there is a manage.py' }]
  const folders = startFolders(files)
  if (folders.length > MOST_FOLDERS) return []
  return folders.map(({ folder, pattern }) => ({
    name: folders.length > 1 ? `test ${folder || '.'}` : 'test',
    command: `-m unittest discover -v${folder ? ` -s ${quoted(folder)}` : ''}${pattern}`,
    why: `there are tests for unittest in ${folder || 'the top folder'}`,
  }))
}

// unittest looks only into folders that are packages; another one has to be named, or it
// finds no test and is content. By itself it takes only what begins with "test".
function startFolders(files: RepositoryFiles): { folder: string; pattern: string }[] {
  const starts = new Map<string, string>()
  for (const name of files.names.filter(one => TEST_FILE.test(one))) {
    const path = name.split('/')
    const file = path.pop()!
    const begin = path.findLastIndex(
      (_, i) => !files.has(`${path.slice(0, i + 1).join('/')}/__init__.py`),
    )
    const folder = path.slice(0, begin + 1).join('/')
    const usual = file.startsWith('test')
    if (usual || !starts.has(folder)) starts.set(folder, usual ? '' : ' -p "*_test.py"')
  }
  return [...starts].map(([folder, pattern]) => ({ folder, pattern }))
}

// A pyproject.toml may only hold the settings of tools.
async function isInstallable(files: RepositoryFiles): Promise<boolean> {
  if (files.has('setup.py')) return true
  return /^\[(project|build-system|tool\.poetry)\]/m.test(
    (await files.read('pyproject.toml')) ?? '',
  )
}

// With what its tests need, where it says that by one of the usual names.
async function installedAs(files: RepositoryFiles): Promise<string> {
  const toml = (await files.read('pyproject.toml')) ?? ''
  const section = (name: string) =>
    new RegExp(`^\\[${name.replaceAll('.', '\\.')}\\]\\s*\\n((?:(?!\\[).*\\n?)*)`, 'm').exec(
      toml,
    )?.[1]
  const setup = `${(await files.read('setup.cfg')) ?? ''}\n${(await files.read('setup.py')) ?? ''}`
  const extras = `${section('project.optional-dependencies') ?? ''}\n${/extras_require[\s\S]{0,2000}/.exec(setup)?.[0] ?? ''}`
  const named = (text: string) =>
    ['test', 'tests', 'testing', 'dev'].find(one =>
      new RegExp(`^\\s*["']?${one}["']?\\s*[=:]|[{,]\\s*["']${one}["']\\s*:`, 'm').test(text),
    )
  const extra = named(extras)
  const group = named(section('dependency-groups') ?? '')
  return `${group ? `--group ${group} ` : ''}-e ${extra ? `".[${extra}]"` : '.'}`
}
