import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Git, gitIn } from '../changes/git.ts'
import { NEW_FILE } from '../config/edit.ts'
import type { Config, ProjectConfig } from '../config/model.ts'
import { removeItem } from '../config/remove-item.ts'
import { addToList } from '../config/yaml-edit.ts'
import type { Builder } from '../model.ts'
import { DEMO_COMMITS, type DemoCommit } from './commits.ts'

/** A project for whoever only wants to look: a real repository in the data directory, and builders that really build it. */
export const DEMO_PROJECT = 'demo'
const SCHEDULER = 'demo on change'

/** The folder that is made for it, and that goes with it. */
export function demoFolder(dataDir: string): string {
  return join(dataDir, 'demo')
}

export function demoRepository(dataDir: string): string {
  return join(demoFolder(dataDir), 'calculator')
}

/** The demo project as the configuration has it; not another one of that name. */
export function demoIn(config: Config, dataDir: string): ProjectConfig | undefined {
  return config.projects.find(
    ({ name, repository }) => name === DEMO_PROJECT && repository === demoRepository(dataDir),
  )
}

export function isDemoBuilder({ name, project }: Pick<Builder, 'name' | 'project'>): boolean {
  return project === DEMO_PROJECT && BUILDERS.some(one => one.name === name)
}

/** Begins its repository anew. Each call of what it returns makes one commit; `false` when there are no more. */
export async function makeDemoRepository(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<() => Promise<boolean>> {
  await removeDemoFolder(dataDir)
  const folder = demoRepository(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const git = gitIn(folder, env, new AbortController().signal)
  await git('init', '--quiet')
  // Whatever the person's own first branch is called.
  await git('symbolic-ref', 'HEAD', 'refs/heads/main')
  // Its scripts are for sh, which minds the line ends that Git for Windows gives them.
  if (process.platform === 'win32')
    await writeFile(join(folder, '.gitattributes'), '* text eol=lf\n')
  const commits = DEMO_COMMITS.values()
  return async () => {
    const { value } = commits.next()
    if (!value) return false
    await commit(git, folder, value)
    return true
  }
}

export function removeDemoFolder(dataDir: string): Promise<void> {
  return rm(demoFolder(dataDir), { recursive: true, force: true, maxRetries: 5 })
}

async function commit(git: Git, folder: string, { message, who, files }: DemoCommit) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await git('add', '--all')
  const [name, mail] = who
  const person = ['-c', `user.name=${name}`, '-c', `user.email=${mail}`]
  // Hooks and signing are for the person's own repositories.
  const plain = ['-c', 'commit.gpgSign=false', '-c', 'core.hooksPath=/dev/null']
  await git(...person, ...plain, 'commit', '--quiet', '--no-verify', '--message', message)
}

/**
 * The text of master.yml with the demo in it; what was there stays, to the letter.
 *
 * @throws Error when the text is no YAML, or a section is not a list.
 */
export function addDemo(text: string, dataDir: string): string {
  const begun = text.trim() === '' ? NEW_FILE : text
  const project = { name: DEMO_PROJECT, repository: demoRepository(dataDir) }
  const builders = BUILDERS.map(({ name, description, steps }) => ({
    name,
    project: DEMO_PROJECT,
    description,
    steps: ['git', ...steps],
  }))
  const scheduler = {
    name: SCHEDULER,
    kind: 'anyBranch',
    treeStableTimer: '1s',
    builders: builders.map(({ name }) => name),
  }
  const withProject = addToList(begun, 'projects', project)
  const withBuilders = builders.reduce((so, one) => addToList(so, 'builders', one), withProject)
  return addToList(withBuilders, 'schedulers', scheduler)
}

/** The text without the demo; all else stays, to the letter. */
export function removeDemo(text: string): string {
  const out = (so: string, [section, name]: readonly [string, string]) =>
    removeItem(so, section, name) ?? so
  return [
    ['schedulers', SCHEDULER] as const,
    ...BUILDERS.map(({ name }) => ['builders', name] as const),
    ['projects', DEMO_PROJECT] as const,
  ].reduce(out, text)
}

const BUILDERS = [
  {
    name: 'demo tests',
    description: 'Demo: builds a small calculator and runs its tests',
    steps: [
      { shell: script('build.sh'), name: 'build' },
      { test: script('test.sh') },
      { upload: 'dist/*', name: 'keep' },
    ],
  },
  {
    name: 'demo lint',
    description: 'Demo: only warns',
    steps: [
      {
        shell: script('lint.sh'),
        name: 'lint',
        flunkOnFailure: false,
        warnOnFailure: true,
        haltOnFailure: false,
      },
    ],
  },
  {
    name: 'demo site',
    description: 'Demo: renders a page',
    steps: [{ shell: script('render.sh'), name: 'render' }],
  },
  {
    name: 'demo soak',
    description: 'Demo: takes its time',
    steps: [{ shell: script('soak.sh'), name: 'soak' }],
  },
]

// On Windows the shell that comes with git runs it, by the one way that is always there.
function script(name: string): string {
  return process.platform === 'win32' ? `git -c "alias.run=!sh ${name}" run` : `sh ${name}`
}
