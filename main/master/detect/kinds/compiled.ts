import { good, type Kind, shell, test, warning } from '../detection.ts'
import { fileWith, quoted } from '../text.ts'

export const swift: Kind = {
  label: 'Swift',
  markers: ['Package.swift'],
  language: 'Swift or Objective-C',
  async detect(files) {
    if (!files.has('Package.swift')) return undefined
    const tests = files.names.find(name => /^Tests\/.*\.swift$/.test(name))
    const because = 'there is a Package.swift'
    return {
      found: [good('Package.swift', tests ? 'a Swift package with tests' : 'a Swift package')],
      steps: [
        shell('build', 'swift build', because),
        ...(tests ? [test('swift test', `there is ${tests}`)] : []),
      ],
      tools: ['swift'],
    }
  },
}

const SCHEME = /^([^/]+\.(?:xcodeproj|xcworkspace))\/xcshareddata\/xcschemes\/([^/]+)\.xcscheme$/

/** An app of Xcode. How it is built is known when it shares a scheme. */
export const xcode: Kind = {
  label: 'Xcode',
  markers: [],
  language: 'Swift or Objective-C',
  async detect(files) {
    const project = files.names.find(name => /^[^/]+\.xcodeproj\//.test(name))?.split('/', 1)[0]
    if (project === undefined || files.has('Package.swift')) return undefined
    const name = project.replace(/\.xcodeproj$/, '')
    const shared = files.names.flatMap(file => {
      const [, folder, scheme] = SCHEME.exec(file) ?? []
      return folder && scheme ? [{ folder, scheme }] : []
    })
    const scheme = shared.find(one => one.scheme === name) ?? shared[0]
    if (!scheme)
      return {
        found: [
          warning(project, 'an Xcode project without a shared scheme; write the xcodebuild line'),
        ],
        steps: [],
        tools: ['xcodebuild'],
      }
    const flag = scheme.folder.endsWith('.xcodeproj') ? '-project' : '-workspace'
    const run = (action: string) =>
      `xcodebuild ${flag} ${quoted(scheme.folder)} -scheme ${quoted(scheme.scheme)} CODE_SIGNING_ALLOWED=NO ${action}`
    const because = `${scheme.folder} shares the scheme ${scheme.scheme}`
    const tested = files.names.some(one => /Tests?\/.*\.(?:swift|m)$/.test(one))
    return {
      found: [good(project, 'an Xcode project')],
      steps: [
        shell('build', run('build'), because),
        ...(tested ? [test(run('test'), 'there are tests')] : []),
      ],
      tools: ['xcodebuild'],
    }
  },
}

export const zig: Kind = {
  label: 'Zig',
  markers: ['build.zig'],
  language: 'Zig',
  async detect(files) {
    const text = await files.read('build.zig')
    if (text === undefined) return undefined
    const tests = /\.step\(\s*"test"/.test(text)
    return {
      found: [good('build.zig', tests ? 'with a step "test"' : 'a Zig project')],
      steps: [
        shell('build', 'zig build', 'there is a build.zig'),
        ...(tests ? [test('zig build test --summary all', 'build.zig has a step "test"')] : []),
      ],
      tools: ['zig'],
    }
  },
}

export const dart: Kind = {
  label: 'Dart',
  markers: ['pubspec.yaml'],
  language: 'Dart',
  async detect(files) {
    const text = await files.read('pubspec.yaml')
    if (text === undefined) return undefined
    const program = /^\s+sdk:\s*flutter\b/m.test(text) ? 'flutter' : 'dart'
    const tests = files.names.find(name => /^test\/.*_test\.dart$/.test(name))
    const because = 'there is a pubspec.yaml'
    return {
      found: [good('pubspec.yaml', program === 'flutter' ? 'a Flutter project' : 'a Dart package')],
      steps: [
        shell('install', `${program} pub get`, because),
        shell('analyze', `${program} analyze`, because),
        ...(tests ? [test(`${program} test`, `there is ${tests}`)] : []),
      ],
      tools: [program],
    }
  },
}

export const haskell: Kind = {
  label: 'Haskell',
  markers: ['stack.yaml', 'cabal.project', 'package.yaml'],
  language: 'Haskell',
  async detect(files) {
    const cabal = files.names.find(name => /^[^/]+\.cabal$/.test(name))
    const marker = cabal ?? haskell.markers.find(files.has)
    if (!marker) return undefined
    // package.yaml alone may be of anything.
    const hpack = files.has('package.yaml')
    if (!cabal && !files.has('cabal.project') && !files.has('stack.yaml')) return undefined
    const stack = files.has('stack.yaml') && !files.has('cabal.project')
    const tested = await fileWith(
      files,
      /\.cabal$|(?:^|\/)package\.yaml$/,
      /^[ \t]*(?:test-suite\s|tests:)/m,
    )
    const because = `there is a ${stack ? 'stack.yaml' : marker}`
    const run = stack ? 'stack --no-terminal' : 'cabal'
    const all = stack ? '' : ' all'
    return {
      found: [good(marker, stack ? 'a Haskell project for stack' : 'a Haskell project for cabal')],
      steps: [
        shell('build', `${run} build${all}`, because),
        ...(tested ? [test(`${run} test${all}`, `${tested} has a test suite`)] : []),
      ],
      tools: stack ? ['stack'] : hpack && !cabal ? ['ghc', 'cabal', 'hpack'] : ['ghc', 'cabal'],
    }
  },
}

export const ocaml: Kind = {
  label: 'OCaml',
  markers: ['dune-project'],
  language: 'OCaml',
  async detect(files) {
    if (!files.has('dune-project')) return undefined
    const tested = await fileWith(
      files,
      /(?:^|\/)dune$/,
      /\((?:tests?|cram|runtest|inline_tests)\b|\(alias\s+runtest\)/,
    )
    return {
      found: [good('dune-project', 'an OCaml project')],
      steps: [
        shell('build', 'dune build', 'there is a dune-project'),
        ...(tested ? [test('dune runtest', `${tested} has tests`)] : []),
      ],
      tools: ['dune'],
    }
  },
}

export const julia: Kind = {
  label: 'Julia',
  markers: ['Project.toml'],
  language: 'Julia',
  async detect(files) {
    if (!files.has('Project.toml') || !files.names.some(name => name.endsWith('.jl')))
      return undefined
    const tests = files.has('test/runtests.jl')
    return {
      found: [good('Project.toml', 'a Julia package')],
      steps: [
        shell(
          'build',
          'julia --project -e "using Pkg; Pkg.instantiate(); Pkg.precompile()"',
          'there is a Project.toml',
        ),
        ...(tests
          ? [test('julia --project -e "using Pkg; Pkg.test()"', 'there is a test/runtests.jl')]
          : []),
      ],
      tools: ['julia'],
    }
  },
}

export const r: Kind = {
  label: 'R',
  markers: ['DESCRIPTION'],
  language: 'R',
  async detect(files) {
    const text = await files.read('DESCRIPTION')
    if (!text || !/^Package:\s*\S/m.test(text)) return undefined
    return {
      found: [good('DESCRIPTION', 'an R package')],
      steps: [
        shell('build', 'R CMD build --no-build-vignettes --no-manual .', 'there is a DESCRIPTION'),
        shell(
          'check',
          'R CMD check --no-manual --no-vignettes --no-build-vignettes *.tar.gz',
          'there is a DESCRIPTION',
        ),
      ],
      tools: ['R'],
    }
  },
}
