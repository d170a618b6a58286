import type { RepositoryFiles } from './files.ts'

const ENDINGS = {
  'C or C++': 'c h cc hh cpp hpp cxx hxx s',
  Rust: 'rs',
  Go: 'go',
  'JavaScript or TypeScript': 'js jsx ts tsx mjs cjs mts cts vue svelte',
  'a language of the JVM': 'java kt scala groovy clj cljs cljc',
  Python: 'py pyx',
  Ruby: 'rb',
  PHP: 'php',
  '.NET': 'cs fs vb',
  Elixir: 'ex exs',
  Erlang: 'erl',
  Haskell: 'hs lhs',
  'Swift or Objective-C': 'swift m mm',
  Zig: 'zig',
  R: 'r',
  Julia: 'jl',
  Dart: 'dart',
  Perl: 'pl pm',
  Tcl: 'tcl',
  OCaml: 'ml mli',
  Nim: 'nim',
  Crystal: 'cr',
  Lua: 'lua',
} as const

export type Language = keyof typeof ENDINGS

const LANGUAGES = new Map(
  Object.entries(ENDINGS).flatMap(([language, endings]) =>
    endings.split(' ').map(ending => [ending, language as Language] as const),
  ),
)

/** How many files of each language are the project's own, as far as their places tell. */
export type SourceCounts = ReadonlyMap<Language, number>

const NOT_ITS_OWN =
  /(?:^|\/)(?:node_modules|vendor|third[_-]?party|3rdparty|external|deps|examples?|samples?|docs?|static|assets|public|dist|site|fixtures|testdata|snapshots)\/|\.min\.js$|\.config\.[cm]?[jt]s$/i

export function countSources({ names }: RepositoryFiles): SourceCounts {
  const counts = new Map<Language, number>()
  for (const name of names) {
    const language = LANGUAGES.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
    if (language === undefined || NOT_ITS_OWN.test(name)) continue
    counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  return counts
}

// A language with fewer than a fifth of the files of the largest is a helper of the project.
const SHARE = 5

/**
 * Why a language is not what the project is made of, in words that follow a file's name;
 * `undefined` when it may be.
 */
export function whyHelper(counts: SourceCounts, language: Language): string | undefined {
  const own = counts.get(language) ?? 0
  const [largest, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [language, own])
  if (own * SHARE >= most) return undefined
  const files = own === 1 ? '1 file is' : `${own} files are`
  return `${files} ${language}, and ${most} are ${largest}`
}
