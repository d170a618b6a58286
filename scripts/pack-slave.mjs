// The slave as one file, which a master sends to machines that it starts on demand.
import { join } from 'node:path'
import { build } from 'vite'
import { root } from './lib.mjs'

/** Writes `slave-packed.mjs` into a folder. */
export async function packSlave(folder, plugins = []) {
  await build({
    configFile: false,
    plugins,
    root,
    logLevel: 'error',
    build: {
      ssr: join(root, 'slave/main.ts'),
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      // Such a machine brings its own Node.
      target: 'node22',
      minify: true,
      rolldownOptions: {
        output: {
          format: 'es',
          codeSplitting: false,
          entryFileNames: 'slave-packed.mjs',
        },
      },
    },
    // A native module can't travel; a step that asks for a pty is told so.
    ssr: { noExternal: true, external: ['node-pty'] },
  })
}
