import { type Kind, plain } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'
import type { Finding } from '../proposal.ts'

interface Named {
  readonly file: RegExp
  readonly what: string
  readonly tools: readonly string[]
}

const NAMED: readonly Named[] = [
  { file: /^[^/]+\.nimble$/, what: 'a Nim package', tools: ['nimble'] },
  { file: /^shard\.yml$/, what: 'a Crystal project', tools: ['crystal', 'shards'] },
  { file: /^deps\.edn$/, what: 'a Clojure project', tools: ['clojure'] },
  { file: /^[^/]+\.rockspec$/, what: 'a Lua rock', tools: ['luarocks'] },
  { file: /^fpm\.toml$/, what: 'a Fortran package', tools: ['fpm'] },
  { file: /^platformio\.ini$/, what: 'firmware for PlatformIO', tools: ['pio'] },
  { file: /^SConstruct$/, what: 'a project for SCons', tools: ['scons'] },
  { file: /^xmake\.lua$/, what: 'a project for xmake', tools: ['xmake'] },
  { file: /^premake5\.lua$/, what: 'a project for Premake', tools: ['premake5'] },
  { file: /^[^/]+\.pro$/, what: 'a project for qmake', tools: ['qmake'] },
  { file: /^flake\.nix$/, what: 'a Nix flake', tools: ['nix'] },
  { file: /^[^/]+\.tf$/, what: 'Terraform', tools: ['terraform'] },
  { file: /^[^/]+\.gpr$/, what: 'an Ada project', tools: ['gprbuild'] },
  { file: /^dub\.(?:json|sdl)$/, what: 'a D package', tools: ['dub'] },
  { file: /^elm\.json$/, what: 'an Elm project', tools: ['elm'] },
  { file: /^gleam\.toml$/, what: 'a Gleam project', tools: ['gleam'] },
  { file: /^v\.mod$/, what: 'a V module', tools: ['v'] },
  { file: /^project\.godot$/, what: 'a Godot project', tools: ['godot'] },
  { file: /^ProjectSettings\/ProjectVersion\.txt$/, what: 'a Unity project', tools: [] },
  {
    file: /^(?:hugo\.(?:toml|ya?ml|json)|config\/_default\/.*)$/,
    what: 'a site for Hugo',
    tools: ['hugo'],
  },
  { file: /^mkdocs\.ya?ml$/, what: 'a site for MkDocs', tools: ['mkdocs'] },
  {
    file: /^(?:docs?\/(?:source\/)?)?conf\.py$/,
    what: 'pages for Sphinx',
    tools: ['sphinx-build'],
  },
  { file: /^book\.toml$/, what: 'a book for mdBook', tools: ['mdbook'] },
  { file: /^_config\.ya?ml$/, what: 'a site for Jekyll', tools: ['jekyll'] },
  { file: /^(?:Dockerfile|Containerfile)$/, what: 'describes an image', tools: [] },
]

/** Kinds that are known, so that their programs can be looked for; the command is for a person to write. */
export const named: Kind = {
  label: '',
  markers: [],
  async detect(files: RepositoryFiles) {
    const found: Finding[] = []
    const tools: string[] = []
    for (const one of NAMED) {
      const name = files.names.find(file => one.file.test(file))
      if (name === undefined) continue
      found.push(plain(name, one.what))
      tools.push(...one.tools)
    }
    return found.length > 0 ? { found, steps: [], tools } : undefined
  },
}
