import { RUNNER_OPTIONS } from '../../steps/runner-options.ts'
import { good, type Kind, shell, test, warning } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'
import { hazardOf, onlyPrints } from '../hazards.ts'
import { fileWith, quoted } from '../text.ts'

export const cmake: Kind = {
  label: 'CMake',
  markers: ['CMakeLists.txt'],
  language: 'C or C++',
  async detect(files) {
    const text = await files.read('CMakeLists.txt')
    if (text === undefined) return undefined
    const tests = await hasCtest(files)
    const because = 'there is a CMakeLists.txt'
    const off = optionForTests(text)
    return {
      found: [
        good('CMakeLists.txt', tests ? 'with tests for ctest' : 'a CMake project'),
        ...(tests && off
          ? [good(off, 'an option for its tests, off by default; so it is set')]
          : []),
      ],
      steps: [
        shell('configure', `cmake -S . -B build${tests && off ? ` -D${off}=ON` : ''}`, because),
        shell('build', 'cmake --build build --parallel', because),
        ...(tests
          ? [
              test(
                'ctest --test-dir build --output-on-failure --no-tests=error --output-junit ../junit.xml',
                'CMakeLists.txt enables tests',
              ),
            ]
          : []),
      ],
      tools: ['cmake'],
    }
  },
}

/** Whether CMake is told to look for tests. */
export async function hasCtest(files: RepositoryFiles): Promise<boolean> {
  const text = (await files.read('CMakeLists.txt')) ?? ''
  return /\b(?:enable_testing|add_test|include\s*\(\s*CTest)/i.test(text)
}

// Without it ctest would find nothing.
function optionForTests(text: string): string | undefined {
  for (const [, name] of text.matchAll(
    /^[ \t]*option\s*\(\s*(\w*TESTS?(?:ING)?)\s+(?:"[^"]*"|\S+)\s+OFF\s*\)/gim,
  ))
    if (new RegExp(`\\bif\\s*\\(\\s*${name}\\b`, 'i').test(text)) return name
  return undefined
}

export const meson: Kind = {
  label: 'Meson',
  markers: ['meson.build'],
  language: 'C or C++',
  async detect(files) {
    if (!files.has('meson.build')) return undefined
    const because = 'there is a meson.build'
    const tested = await fileWith(
      files,
      /(?:^|\/)meson\.build$/,
      /^[ \t]*(?:\w+\.)?(?:test|doctest)\s*\(/m,
    )
    return {
      found: [good('meson.build', tested ? 'with tests' : 'a Meson project')],
      steps: [
        shell('configure', 'meson setup build', because),
        shell('build', 'meson compile -C build', because),
        ...(tested ? [test('meson test -C build --print-errorlogs', `${tested} has tests`)] : []),
      ],
      tools: ['meson'],
    }
  },
}

export const bazel: Kind = {
  label: 'Bazel',
  markers: ['MODULE.bazel', 'WORKSPACE', 'WORKSPACE.bazel'],
  async detect(files) {
    const marker = bazel.markers.find(files.has)
    if (!marker) return undefined
    const because = `there is a ${marker}`
    const tested = await fileWith(files, /(?:^|\/)BUILD(?:\.bazel)?$/, /^\w*_test\s*\(/m)
    return {
      found: [good(marker, 'a Bazel workspace')],
      steps: [
        shell('build', 'bazel build //...', because),
        ...(tested ? [test('bazel test //...', `${tested} has tests`)] : []),
      ],
      tools: ['bazel'],
    }
  },
}

export const just: Kind = {
  label: 'just',
  markers: ['justfile', 'Justfile', '.justfile'],
  async detect(files) {
    const marker = just.markers.find(files.has)
    if (!marker) return undefined
    const text = (await files.read(marker)) ?? ''
    const found = []
    const steps = []
    for (const one of ['build', 'test', 'check']) {
      const recipe = new RegExp(
        `^${one}\\b[^:=\\n]*:(?!=)[^\\n]*\\n((?:[ \\t]+[^\\n]*\\n?|\\s*\\n)*)`,
        'm',
      ).exec(text)
      if (!recipe) continue
      const because = `${marker} has a recipe "${one}"`
      const lines = recipe[1]!.replace(/^[ \t]*@?/gm, '')
      const why =
        hazardOf(lines) ?? (lines.trim() !== '' && onlyPrints(lines) ? 'only prints' : undefined)
      if (why) found.push(warning(`${marker}: ${one}`, `left out: it ${why}`))
      else
        steps.push(
          one === 'build' ? shell(one, 'just build', because) : test(`just ${one}`, because, one),
        )
    }
    const names = steps.map(step => step.name).join(', ')
    return {
      found: [good(marker, steps.length > 0 ? `recipes ${names}` : 'for just'), ...found],
      steps,
      tools: ['just'],
    }
  },
}

const DOTNET_TESTS = /Microsoft\.NET\.Test\.Sdk|MSTest\.Sdk|\bxunit|\bnunit|TUnit/i

export const dotnet: Kind = {
  label: '.NET',
  markers: [],
  language: '.NET',
  async detect(files) {
    const marker =
      files.names.find(name => /^[^/]+\.slnx?$/.test(name)) ??
      files.names.find(name => /^[^/]+\.(?:cs|fs|vb)proj$/.test(name)) ??
      files.names.find(name => /^[^/]+\/[^/]+\.slnx?$/.test(name))
    if (!marker) return undefined
    const what = marker.includes('/') ? ` ${quoted(marker)}` : ''
    const because = `there is a ${marker}`
    const tested = await fileWith(
      files,
      /\.(?:cs|fs|vb)proj$|Directory\.[^/]*\.props$/,
      DOTNET_TESTS,
    )
    return {
      found: [good(marker, tested ? 'a .NET project with tests' : 'a .NET project')],
      steps: [
        shell('build', `dotnet build${what}`, because),
        ...(tested
          ? [test(`dotnet test${what} --no-build ${RUNNER_OPTIONS.dotnet}`, `${tested} has tests`)]
          : []),
      ],
      tools: ['dotnet'],
    }
  },
}
