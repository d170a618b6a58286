import type { Kind } from './detection.ts'
import { dart, haskell, julia, ocaml, r, swift, xcode, zig } from './kinds/compiled.ts'
import { deno } from './kinds/deno.ts'
import { go } from './kinds/go.ts'
import { ant, gradle, leiningen, maven, plainJava, sbt } from './kinds/java.ts'
import { make, makeWithTests } from './kinds/make.ts'
import { named } from './kinds/named.ts'
import { bazel, cmake, dotnet, just, meson } from './kinds/native.ts'
import { node } from './kinds/node.ts'
import { python, pythonTests } from './kinds/python.ts'
import { rust } from './kinds/rust.ts'
import { elixir, erlang, perl, php, ruby, tcl } from './kinds/scripting.ts'
import { scripts } from './kinds/scripts.ts'

/** Kinds of projects, in the order in which they are looked for: the first that fits says how one is built. */
export const KINDS: readonly Kind[] = [
  rust,
  go,
  swift,
  xcode,
  zig,
  dart,
  haskell,
  ocaml,
  node,
  deno,
  maven,
  gradle,
  sbt,
  leiningen,
  ant,
  python,
  ruby,
  php,
  dotnet,
  elixir,
  erlang,
  julia,
  r,
  makeWithTests,
  meson,
  cmake,
  perl,
  make,
  bazel,
  just,
  pythonTests,
  tcl,
  plainJava,
  scripts,
  named,
]
