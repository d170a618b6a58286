import { good, type Kind, shell, test } from '../detection.ts'

export const cmake: Kind = {
  label: 'CMake',
  markers: ['CMakeLists.txt'],
  async detect(files) {
    const text = await files.read('CMakeLists.txt')
    if (text === undefined) return undefined
    const tests = /\b(enable_testing|add_test|include\s*\(\s*CTest)/i.test(text)
    const because = 'there is a CMakeLists.txt'
    return {
      found: [good('CMakeLists.txt', tests ? 'with tests for ctest' : 'a CMake project')],
      steps: [
        shell('configure', 'cmake -S . -B build', because),
        shell('build', 'cmake --build build --parallel', because),
        ...(tests
          ? [
              test(
                'ctest --test-dir build --output-on-failure --output-junit ../junit.xml',
                'CMakeLists.txt enables tests',
              ),
            ]
          : []),
      ],
      tools: ['cmake'],
    }
  },
}

export const meson: Kind = {
  label: 'Meson',
  markers: ['meson.build'],
  async detect(files) {
    const text = await files.read('meson.build')
    if (text === undefined) return undefined
    const because = 'there is a meson.build'
    return {
      found: [good('meson.build', 'a Meson project')],
      steps: [
        shell('configure', 'meson setup build', because),
        shell('build', 'meson compile -C build', because),
        test('meson test -C build --print-errorlogs', because),
      ],
      tools: ['meson'],
    }
  },
}

/** A Makefile, or what makes one. */
export const make: Kind = {
  label: 'Make',
  markers: ['GNUmakefile', 'makefile', 'Makefile', 'configure', 'configure.ac'],
  async detect(files) {
    const marker = make.markers.find(files.has)
    if (!marker) return undefined
    const text = (await files.read(marker)) ?? ''
    const autotools = marker.startsWith('configure')
    // Those that automake writes have "check".
    const target = autotools
      ? 'check'
      : ['check', 'test', 'tests'].find(one => new RegExp(`^${one}\\s*:`, 'm').test(text))
    const configure = files.has('configure')
    return {
      found: [good(marker, target && !autotools ? `with a target "${target}"` : 'for make')],
      steps: [
        ...(autotools && !configure
          ? [shell('autoreconf', 'autoreconf --install', 'configure has to be made first')]
          : []),
        ...(configure || autotools
          ? [shell('configure', './configure', `there is a ${marker}`)]
          : []),
        shell('build', 'make', `there is a ${marker}`),
        ...(target
          ? [
              test(
                `make ${target}`,
                autotools ? 'automake has a target "check"' : `${marker} has a target "${target}"`,
              ),
            ]
          : []),
      ],
      tools: ['make', ...(autotools && !configure ? ['autoreconf'] : [])],
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
    const recipes = ['build', 'test', 'check'].filter(one =>
      new RegExp(`^${one}\\b[^:=\\n]*:(?!=)`, 'm').test(text),
    )
    const steps = recipes.map(one => {
      const because = `${marker} has a recipe "${one}"`
      return one === 'build' ? shell(one, 'just build', because) : test(`just ${one}`, because)
    })
    return {
      found: [good(marker, recipes.length > 0 ? `recipes ${recipes.join(', ')}` : 'for just')],
      steps: steps.length > 0 ? steps : [shell('build', 'just', `there is a ${marker}`)],
      tools: ['just'],
    }
  },
}

export const dotnet: Kind = {
  label: '.NET',
  markers: [],
  async detect(files) {
    const marker = files.names.find(name => /^[^/]+\.(slnx?|[cf]sproj)$/.test(name))
    if (!marker) return undefined
    return {
      found: [good(marker, 'a .NET project')],
      steps: [
        shell('build', 'dotnet build', `there is a ${marker}`),
        test('dotnet test --no-build', `there is a ${marker}`),
      ],
      tools: ['dotnet'],
    }
  },
}
