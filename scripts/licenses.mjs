// A Vite plug-in: writes the licences of all packages that a bundle holds beside it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Adds `LICENSES.txt` to what is built. */
export function licenses() {
  return {
    name: 'licenses',
    generateBundle(_options, bundle) {
      const folders = new Set()
      for (const chunk of Object.values(bundle))
        for (const id of Object.keys(chunk.modules ?? {})) {
          const folder = packageFolder(id.replace(/^\0/, '').replace(/\?.*$/, ''))
          if (folder) folders.add(folder)
        }
      const texts = [...folders].sort().map(describe)
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: texts.join('\n') })
    },
  }
}

function packageFolder(file) {
  if (!file.includes('node_modules')) return undefined
  for (let folder = dirname(file); folder.includes('node_modules'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    // Folders inside a package may have a package.json of their own, without a name.
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) return folder
  }
  return undefined
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find(one => /^(licen[cs]e|copying)/i.test(one))
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`
  return `${name} ${version} (${license})\n\n${text}\n\n${'-'.repeat(78)}\n`
}
