import { type Detection, good, type Kind, shell, test } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'

const DECLARING = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt']
const SETTINGS = ['requirements-dev.txt', 'tox.ini', 'pytest.ini', 'conftest.py']
const TEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test|tests)\.py$/
const JUNIT = '--junit-xml=junit.xml'

/** A project that says what it needs. */
export const python: Kind = {
  label: 'Python',
  markers: ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'pytest.ini', 'tox.ini'],
  async detect(files) {
    const marker = python.markers.find(files.has)
    return marker === undefined ? undefined : describe(files, marker)
  },
}

/** Only its tests say that it is one. */
export const pythonTests: Kind = {
  label: 'Python',
  markers: ['conftest.py'],
  async detect(files) {
    const marker = files.names.find(name => TEST_FILE.test(name))
    return marker === undefined ? undefined : describe(files, marker)
  },
}

async function describe(files: RepositoryFiles, marker: string): Promise<Detection> {
  const pytest = await whyPytest(files)
  const runner = pytest
    ? { command: `-m pytest ${JUNIT}`, why: pytest }
    : {
        command: `-m unittest discover -v${startOf(files)}`,
        why: 'its tests are found by unittest',
      }
  const found = [good(marker, pytest ? 'a Python project with pytest' : 'a Python project')]
  for (const [lockfile, tool, install] of LOCKED)
    if (files.has(lockfile))
      return {
        found: [...found, good(lockfile, `so ${tool}`)],
        steps: [
          shell('install', install, `there is a ${lockfile}`),
          test(`${tool} run python ${runner.command}`, runner.why),
        ],
        tools: [tool],
      }
  const requirements = ['requirements.txt', 'requirements-dev.txt'].filter(files.has)
  const installable = await isInstallable(files)
  if (requirements.length === 0 && !(installable && pytest))
    return {
      found,
      steps: [test(`python3 ${runner.command}`, runner.why)],
      tools: pytest ? ['python3', 'pytest'] : ['python3'],
    }
  const needs = [
    ...requirements.map(name => `-r ${name}`),
    ...(installable ? ['-e .'] : []),
    ...(pytest ? ['pytest'] : []),
  ]
  const own = process.platform === 'win32' ? '.venv\\Scripts\\python' : '.venv/bin/python'
  const declared = requirements[0] ?? marker
  return {
    found,
    steps: [
      shell('venv', 'python3 -m venv .venv', 'what it needs is kept apart from your own Python'),
      shell(
        'install',
        `${own} -m pip install --quiet ${needs.join(' ')}`,
        `${declared} says what it needs`,
      ),
      test(`${own} ${runner.command}`, runner.why),
    ],
    tools: ['python3'],
  }
}

const LOCKED: readonly (readonly [lockfile: string, tool: string, install: string])[] = [
  ['uv.lock', 'uv', 'uv sync --frozen'],
  ['poetry.lock', 'poetry', 'poetry install --no-interaction'],
]

async function whyPytest(files: RepositoryFiles): Promise<string | undefined> {
  const own = ['pytest.ini', 'conftest.py'].find(files.has)
  if (own) return `there is a ${own}`
  for (const name of [...DECLARING, ...SETTINGS])
    if ((await files.read(name))?.includes('pytest')) return `${name} names pytest`
  for (const name of files.names.filter(one => TEST_FILE.test(one)).slice(0, 10)) {
    const text = (await files.read(name)) ?? ''
    // unittest finds no test outside of a class.
    if (/^\s*(import pytest|from pytest)/m.test(text)) return `${name} imports pytest`
    if (/^def test_/m.test(text) && !/unittest/.test(text)) return `${name} has tests for pytest`
  }
  return undefined
}

// A pyproject.toml may only hold the settings of tools.
async function isInstallable(files: RepositoryFiles): Promise<boolean> {
  if (files.has('setup.py')) return true
  return /^\[(project|build-system|tool\.poetry)\]/m.test(
    (await files.read('pyproject.toml')) ?? '',
  )
}

// unittest looks only into folders that are packages; another one has to be named.
function startOf(files: RepositoryFiles): string {
  const tests = files.names.filter(name => TEST_FILE.test(name))
  if (tests.some(name => !name.includes('/'))) return ''
  const folder = ['tests', 'test'].find(one => tests.some(name => name.startsWith(`${one}/`)))
  return folder && !files.has(`${folder}/__init__.py`) ? ` -s ${folder}` : ''
}
