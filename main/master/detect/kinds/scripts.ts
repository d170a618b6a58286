import { good, type Kind, shell, test, warning } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'
import { hazardOf, onlyPrints } from '../hazards.ts'
import type { Finding } from '../proposal.ts'

const BUILDING = ['build.sh', 'scripts/build.sh', 'script/build', 'bin/build']
const TESTING = [
  'test.sh',
  'tests.sh',
  'run-tests.sh',
  'run_tests.sh',
  'runtests.sh',
  'check.sh',
  'ci.sh',
  'scripts/test.sh',
  'script/test',
  'script/cibuild',
  'tests/run.sh',
  'test/run.sh',
  'tests/test.sh',
  'test/test.sh',
  'bin/test',
]

/** Scripts whose names say what they do. */
export const scripts: Kind = {
  label: 'Shell',
  markers: ['test.sh', 'run-tests.sh', 'build.sh'],
  async detect(files) {
    const leftOut: Finding[] = []
    const build = await firstOf(files, BUILDING, leftOut)
    const check = await firstOf(files, TESTING, leftOut)
    const bats = files.names.find(name => name.endsWith('.bats'))
    const used = [build, check].filter(name => name !== undefined)
    const steps = [
      ...(build ? [shell('build', await call(files, build), `there is a ${build}`)] : []),
      ...(check ? [test(await call(files, check), `there is a ${check}`)] : []),
      ...(bats && !check ? [test(`bats --recursive ${folderOf(bats)}`, `there is ${bats}`)] : []),
    ]
    if (steps.length === 0 && leftOut.length === 0) return undefined
    return {
      found: [
        ...[...used, ...(bats && !check ? [bats] : [])].map(name => good(name, 'a script')),
        ...leftOut,
      ],
      steps,
      tools: [...new Set(steps.map(step => step.text.split(' ', 1)[0]!))],
    }
  },
}

async function firstOf(
  files: RepositoryFiles,
  names: readonly string[],
  leftOut: Finding[],
): Promise<string | undefined> {
  for (const name of names.filter(files.has)) {
    const text = (await files.read(name)) ?? ''
    const why = hazardOf(text) ?? (onlyPrints(text) ? 'only prints' : undefined)
    if (why === undefined) return name
    leftOut.push(warning(name, `left out: it ${why}`))
  }
  return undefined
}

// By its interpreter, since a commit made on another system may lack the bit that lets it run.
async function call(files: RepositoryFiles, name: string): Promise<string> {
  const [first] = ((await files.read(name)) ?? '').split('\n', 1)
  const words = /^#!\s*(.+?)\s*$/.exec(first!)?.[1]?.split(/\s+/) ?? []
  const program = words[0]?.endsWith('/env')
    ? words.find((word, i) => i > 0 && word[0] !== '-')
    : words[0]
  return `${program?.split('/').at(-1) || 'sh'} ${name}`
}

function folderOf(name: string): string {
  return name.includes('/') ? name.split('/', 1)[0]! : '.'
}
