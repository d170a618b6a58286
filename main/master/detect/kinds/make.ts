import { type Detection, good, type Kind, shell, test, warning } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'
import { type Makefile, readMakefile, whyNotTarget } from '../makefile.ts'
import type { DraftStep } from '../proposal.ts'
import { hasCtest } from './native.ts'

const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile']
const BUILDING = ['all', 'build', 'compile']
const TESTING = ['test', 'check', 'tests', 'ci', 'verify', 'lint']
// What `make` alone must not mean in a build: they do not end, take away, or are for a person.
const NO_BUILD =
  /^(?:run|serve|server|start|dev|develop|watch|up|down|stop|clean|distclean|mrproper|deploy|release|publish|push|format|fmt|shell|menu|init|setup|bootstrap|doc|docs)$/i

/** A Makefile that builds and tests by rules of its own goes before what else could build the project. */
export const makeWithTests: Kind = {
  label: 'Make',
  markers: [],
  detect: async files => ((await hasOwnTests(files)) ? describe(files) : undefined),
}

/** A Makefile, or what makes one. */
export const make: Kind = {
  label: 'Make',
  markers: [...MAKEFILES, 'configure', 'configure.ac'],
  detect: async files => ((await hasOwnTests(files)) ? undefined : describe(files)),
}

async function hasOwnTests(files: RepositoryFiles): Promise<boolean> {
  const name = MAKEFILES.find(files.has)
  const text = name === undefined ? undefined : await files.read(name)
  if (text === undefined || files.has('configure') || /\b(?:cmake|meson)\b/i.test(text))
    return false
  // ctest tells more of the tests than a recipe does.
  if (await hasCtest(files)) return false
  const { build, tests } = choose(readMakefile(text), files)
  return build !== undefined && tests !== undefined && tests !== 'lint'
}

async function describe(files: RepositoryFiles): Promise<Detection | undefined> {
  if (files.has('configure') || (files.has('configure.ac') && !MAKEFILES.some(files.has)))
    return configured(files)
  const name = MAKEFILES.find(files.has)
  if (name === undefined) return undefined
  const { build, tests, leftOut } = choose(readMakefile((await files.read(name)) ?? ''), files)
  const steps: DraftStep[] = [
    ...(build ? [shell('build', build.command, `${name} ${build.why}`)] : []),
    ...(tests ? [test(`make ${tests}`, `${name} has a target "${tests}"`)] : []),
  ]
  return {
    found: [
      steps.length > 0
        ? good(name, tests ? `with a target "${tests}"` : 'for make')
        : warning(name, 'no target of it builds or tests, as far as its text tells'),
      ...leftOut.map(([target, why]) => warning(`${name}: ${target}`, `left out: it ${why}`)),
    ],
    steps,
    tools: ['make'],
  }
}

interface Choice {
  readonly build: { readonly command: string; readonly why: string } | undefined
  readonly tests: string | undefined
  readonly leftOut: readonly (readonly [target: string, why: string])[]
}

function choose(makefile: Makefile, files: RepositoryFiles): Choice {
  const leftOut = new Map<string, string>()
  const may = (target: string) => {
    const why = NO_BUILD.test(target) ? 'does not build' : whyNotTarget(makefile, target, files.has)
    if (why) leftOut.set(target, why)
    return why === undefined
  }
  const { goal, targets, includes } = makefile
  const tests = TESTING.find(one => targets.has(one) && may(one))
  // What `make` alone makes may stand in a file that is included.
  if (goal === undefined ? includes : goal !== tests && may(goal))
    return {
      build: { command: 'make', why: goal ? `makes "${goal}" by default` : 'is for make' },
      tests,
      leftOut: [...leftOut],
    }
  const rest = BUILDING.find(one => one !== goal && targets.has(one) && may(one))
  return {
    build: rest ? { command: `make ${rest}`, why: `has a target "${rest}"` } : undefined,
    tests,
    leftOut: [...leftOut],
  }
}

// Autotools, or a configure that somebody wrote.
async function configured(files: RepositoryFiles): Promise<Detection> {
  const marker = files.has('configure') ? 'configure' : 'configure.ac'
  const template = (await files.read('Makefile.in')) ?? (await files.read('Makefile')) ?? ''
  const target = files.has('Makefile.am')
    ? 'check'
    : ['check', 'test'].find(one => new RegExp(`^${one}\\s*:`, 'm').test(template))
  const generator = ['autogen.sh', 'bootstrap', 'bootstrap.sh'].find(files.has)
  const generate =
    marker === 'configure'
      ? []
      : generator
        ? [shell('autogen', `NOCONFIGURE=1 ./${generator}`, `${generator} makes configure`)]
        : [shell('autoreconf', 'autoreconf --install', 'configure has to be made first')]
  return {
    found: [good(marker, 'for make')],
    steps: [
      ...generate,
      shell('configure', './configure', `there is a ${marker}`),
      shell('build', 'make', 'configure makes a Makefile'),
      ...(target
        ? [
            test(
              `make ${target}`,
              files.has('Makefile.am')
                ? 'automake has a target "check"'
                : `its Makefile has a target "${target}"`,
            ),
          ]
        : []),
    ],
    tools: ['make', ...(generate.length > 0 ? ['autoreconf'] : [])],
  }
}
