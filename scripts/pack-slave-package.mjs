// npm run pack:slave: the slave as a package of its own, in dist/. The same file is in every master, which serves it.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root, say } from './lib.mjs'

ensureInstalled()
ensureBuilt()
const name = readdirSync(join(root, 'out/main')).find(one => one.startsWith('triphammer-slave-'))
mkdirSync(join(root, 'dist'), { recursive: true })
copyFileSync(join(root, 'out/main', name), join(root, 'dist', name))
say(`packed dist/${name}`)
