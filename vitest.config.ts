import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { quickTests } from './scripts/quick-tests.mjs'

const quick = quickTests()

export default defineConfig({
  test: {
    // Tests that start real slaves mostly wait for them.
    maxWorkers: availableParallelism() + 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: quick,
          setupFiles: ['test/helpers/setup.ts', 'test/helpers/no-processes.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'with processes',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**', 'test/smoke/**', ...quick],
          setupFiles: ['test/helpers/setup.ts'],
        },
      },
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Real programs on a busy machine: a second try is named in what is printed.
    retry: 1,
    env: {
      // Whoever evaluates the electron package by mistake gets a path, not a download.
      ELECTRON_OVERRIDE_DIST_PATH: '/nowhere',
    },
  },
})
