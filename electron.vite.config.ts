import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { licenses } from './scripts/licenses.mjs'
import { packSlave } from './scripts/pack-slave.mjs'
import { workersAsChunks } from './scripts/workers-as-chunks.mjs'

const at = (path: string) => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    plugins: [
      licenses(),
      { name: 'pack-slave', closeBundle: async () => void (await packSlave(at('out/main'))) },
    ],
    build: {
      outDir: 'out/main',
      target: 'node24',
      sourcemap: true,
      rolldownOptions: {
        // Each process and thread has an entry of its own. Only `main` may reach Electron;
        // test/boundaries.test.ts looks at what was built.
        input: {
          main: at('main/main.ts'),
          cli: at('main/cli.ts'),
          slave: at('slave/main.ts'),
          'log-writer': at('main/master/logs/log-writer.ts'),
          'log-reader': at('main/master/logs/log-reader.ts'),
          'history-reader': at('main/master/data/history-reader.ts'),
          'test-thread': at('main/master/steps/tests/test-thread.ts'),
          'backup-thread': at('main/master/backup/backup-thread.ts'),
          'damage-thread': at('main/master/upgrade/damage-thread.ts'),
          'upgrade-thread': at('main/master/upgrade/upgrade-thread.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: at('main/app/preload.ts') },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [workersAsChunks(), react(), licenses()],
    build: {
      outDir: at('out/renderer'),
      minify: true,
      // It is read from the disk of the same machine: a warning for slow networks says nothing here.
      chunkSizeWarningLimit: 1000,
      rolldownOptions: { input: { index: at('renderer/index.html') } },
    },
  },
})
