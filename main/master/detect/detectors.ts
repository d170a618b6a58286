import { parse } from 'yaml'
import type { RepositoryFiles } from './files.ts'
import type { DraftStep, Finding } from './proposal.ts'

/** What one kind of project looks like, and how it is built. */
export interface Detection {
  readonly found: readonly Finding[]
  readonly steps: readonly DraftStep[]
  /** Programs that the steps need. */
  readonly tools: readonly string[]
}

type Detector = (files: RepositoryFiles) => Promise<Detection | undefined>

const good = (what: string, detail: string): Finding => ({ what, detail, tone: 'good' })
const shell = (name: string, text: string): DraftStep => ({ kind: 'shell', name, text })
const test = (text: string): DraftStep => ({ kind: 'test', name: 'test', text })

const detectNode: Detector = async files => {
  const text = await files.read('package.json')
  if (text === undefined) return undefined
  const manifest = parseJson(text)
  const scripts = manifest.scripts ?? {}
  const dependencies = { ...manifest.dependencies, ...manifest.devDependencies }
  const manager = nodeManager(files)
  const names = ['lint', 'build', 'test'].filter(name => isRealScript(scripts[name]))
  const wanted = manifest.engines?.node ? `; Node ${manifest.engines.node}` : ''
  const found = [
    good(
      'package.json',
      `${names.length > 0 ? `scripts ${names.join(', ')}` : 'no scripts that we know'}${wanted}`,
    ),
  ]
  if (manager.lockfile) found.push(good(manager.lockfile, `so ${manager.install}`))
  const steps: DraftStep[] = []
  if (manager.lockfile || Object.keys(dependencies).length > 0)
    steps.push(shell('install', manager.install))
  if (names.includes('lint'))
    steps.push({ ...shell('lint', `${manager.run} lint`), warnOnly: true })
  if (names.includes('build')) steps.push(shell('build', `${manager.run} build`))
  if (names.includes('test')) steps.push(test(manager.test))
  return { found, steps, tools: ['node', manager.program] }
}

function nodeManager(files: RepositoryFiles) {
  if (files.has('pnpm-lock.yaml'))
    return {
      program: 'pnpm',
      lockfile: 'pnpm-lock.yaml',
      install: 'pnpm install --frozen-lockfile',
      run: 'pnpm run',
      test: 'pnpm test',
    }
  if (files.has('yarn.lock'))
    return {
      program: 'yarn',
      lockfile: 'yarn.lock',
      install: 'yarn install --frozen-lockfile',
      run: 'yarn run',
      test: 'yarn test',
    }
  if (files.has('bun.lock'))
    return {
      program: 'bun',
      lockfile: 'bun.lock',
      install: 'bun install --frozen-lockfile',
      run: 'bun run',
      test: 'bun run test',
    }
  if (files.has('package-lock.json'))
    return {
      program: 'npm',
      lockfile: 'package-lock.json',
      install: 'npm ci',
      run: 'npm run',
      test: 'npm test',
    }
  return {
    program: 'npm',
    lockfile: undefined,
    install: 'npm install',
    run: 'npm run',
    test: 'npm test',
  }
}

// What npm init writes fails on purpose.
function isRealScript(script: unknown): boolean {
  return typeof script === 'string' && !script.includes('no test specified')
}

interface Manifest {
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  engines?: { node?: string }
}

function parseJson(text: string): Manifest {
  try {
    return (JSON.parse(text) ?? {}) as Manifest
  } catch {
    return {}
  }
}

const detectCargo: Detector = async files => {
  if (!files.has('Cargo.toml')) return undefined
  const locked = files.has('Cargo.lock') ? ' --locked' : ''
  return {
    found: [good('Cargo.toml', locked ? 'with Cargo.lock, so --locked' : 'a Rust package')],
    steps: [shell('build', `cargo build --all-targets${locked}`), test(`cargo test${locked}`)],
    tools: ['cargo'],
  }
}

const detectGo: Detector = async files => {
  const text = await files.read('go.mod')
  if (text === undefined) return undefined
  const module = /^module\s+(\S+)/m.exec(text)?.[1]
  return {
    found: [good('go.mod', module ?? 'a Go module')],
    steps: [
      shell('build', 'go build ./...'),
      { ...shell('vet', 'go vet ./...'), warnOnly: true },
      test('go test ./...'),
    ],
    tools: ['go'],
  }
}

const PYTHON_MARKERS = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt']

const detectPython: Detector = async files => {
  const marker = PYTHON_MARKERS.find(name => files.has(name))
  if (!marker) return undefined
  const texts = await Promise.all(
    [...PYTHON_MARKERS, 'requirements-dev.txt', 'tox.ini', 'pytest.ini'].map(files.read),
  )
  const usesPytest =
    files.has('conftest.py') ||
    texts.some(text => text?.includes('pytest')) ||
    files.has('pytest.ini')
  if (files.has('uv.lock'))
    return {
      found: [good(marker, 'a Python project'), good('uv.lock', 'so uv sync')],
      steps: [
        shell('install', 'uv sync --frozen'),
        test(
          usesPytest
            ? 'uv run pytest --junit-xml=junit.xml'
            : 'uv run python -m unittest discover -v',
        ),
      ],
      tools: ['uv'],
    }
  const python = process.platform === 'win32' ? '.venv\\Scripts\\python' : '.venv/bin/python'
  const requirements = ['requirements.txt', 'requirements-dev.txt'].filter(name => files.has(name))
  const needs = [
    ...requirements.map(name => `-r ${name}`),
    ...(files.has('pyproject.toml') || files.has('setup.py') ? ['-e .'] : []),
    ...(usesPytest ? ['pytest'] : []),
  ]
  const own = usesPytest || requirements.length > 0
  if (!own)
    return {
      found: [good(marker, 'a Python project; its tests are found by unittest')],
      steps: [test('python3 -m unittest discover -v')],
      tools: ['python3'],
    }
  return {
    found: [good(marker, usesPytest ? 'a Python project with pytest' : 'a Python project')],
    steps: [
      shell('venv', 'python3 -m venv .venv'),
      shell('install', `${python} -m pip install --quiet ${needs.join(' ')}`),
      test(
        usesPytest
          ? `${python} -m pytest --junit-xml=junit.xml`
          : `${python} -m unittest discover -v`,
      ),
    ],
    tools: ['python3'],
  }
}

const detectMaven: Detector = async files => {
  if (!files.has('pom.xml')) return undefined
  const wrapped = files.has('mvnw')
  return {
    found: [good('pom.xml', wrapped ? 'with its own mvnw' : 'a Maven project')],
    steps: [test(`${wrapped ? './mvnw' : 'mvn'} --batch-mode verify`)],
    tools: wrapped ? ['java'] : ['java', 'mvn'],
  }
}

const detectGradle: Detector = async files => {
  const script = ['build.gradle', 'build.gradle.kts'].find(name => files.has(name))
  if (!script) return undefined
  const wrapped = files.has('gradlew')
  return {
    found: [good(script, wrapped ? 'with its own gradlew' : 'a Gradle project')],
    steps: [test(`${wrapped ? './gradlew' : 'gradle'} --no-daemon build`)],
    tools: wrapped ? ['java'] : ['java', 'gradle'],
  }
}

const detectCmake: Detector = async files => {
  const text = await files.read('CMakeLists.txt')
  if (text === undefined) return undefined
  const tests = /\b(enable_testing|add_test|include\s*\(\s*CTest)/i.test(text)
  return {
    found: [good('CMakeLists.txt', tests ? 'with tests for ctest' : 'a CMake project')],
    steps: [
      shell('configure', 'cmake -S . -B build'),
      shell('build', 'cmake --build build --parallel'),
      ...(tests
        ? [test('ctest --test-dir build --output-on-failure --output-junit ../junit.xml')]
        : []),
    ],
    tools: ['cmake'],
  }
}

const detectMake: Detector = async files => {
  const name = ['Makefile', 'makefile', 'GNUmakefile'].find(one => files.has(one))
  if (!name) return undefined
  const text = (await files.read(name)) ?? ''
  const target = ['check', 'test'].find(one => new RegExp(`^${one}\\s*:`, 'm').test(text))
  return {
    found: [good(name, target ? `with a target "${target}"` : 'with its first target')],
    steps: [
      ...(files.has('configure') ? [shell('configure', './configure')] : []),
      shell('build', 'make'),
      ...(target ? [test(`make ${target}`)] : []),
    ],
    tools: ['make'],
  }
}

/** Looked at in this order; the first that fits says how the project is built. */
const DETECTORS: readonly Detector[] = [
  detectCargo,
  detectGo,
  detectNode,
  detectMaven,
  detectGradle,
  detectPython,
  detectCmake,
  detectMake,
]

/** How a project is built, by what is in it. Without anything known, a workflow of a hosted CI may tell. */
export async function detect(files: RepositoryFiles): Promise<Detection> {
  const workflows = await readWorkflows(files)
  const found = workflows.map(({ finding }) => finding)
  for (const detector of DETECTORS) {
    const detection = await detector(files)
    if (detection && detection.steps.length > 0)
      return { ...detection, found: [...detection.found, ...found] }
  }
  const commands = workflows.find(({ steps }) => steps.length > 0)
  if (commands) return { found, steps: commands.steps, tools: [] }
  const nothing: Finding = {
    what: 'Nothing that we know',
    detail: 'Write the commands that build it.',
    tone: 'warning',
  }
  return {
    found: [nothing, ...found],
    steps: [shell('build', 'echo "nothing to build yet"')],
    tools: [],
  }
}

interface Workflow {
  readonly finding: Finding
  readonly steps: readonly DraftStep[]
}

interface WorkflowFile {
  jobs?: Record<string, { 'runs-on'?: unknown; steps?: { name?: string; run?: string }[] }>
}

async function readWorkflows(files: RepositoryFiles): Promise<Workflow[]> {
  const names = files.names.filter(name => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(name))
  return Promise.all(names.map(async name => readWorkflow(name, (await files.read(name)) ?? '')))
}

function readWorkflow(name: string, text: string): Workflow {
  let file: WorkflowFile
  try {
    file = (parse(text) ?? {}) as WorkflowFile
  } catch {
    return {
      finding: { what: name, detail: 'left out: it can’t be read', tone: 'warning' },
      steps: [],
    }
  }
  const secret = /secrets\.(?!GITHUB_TOKEN)(\w+)/.exec(text)?.[1]
  if (secret)
    return {
      finding: { what: name, detail: `left out: it wants a secret, ${secret}`, tone: 'warning' },
      steps: [],
    }
  const jobs = Object.values(file.jobs ?? {})
  const steps = (jobs[0]?.steps ?? []).flatMap((step, i): DraftStep[] => {
    if (!step.run || step.run.includes('${{')) return []
    const label = step.name ?? step.run.trim().split('\n', 1)[0]!.slice(0, 24)
    return [shell(label || `run ${i + 1}`, step.run.trim())]
  })
  const detail = `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'} of a hosted CI`
  return { finding: { what: name, detail, tone: 'plain' }, steps }
}
