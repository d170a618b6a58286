import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    setupFiles: ['test/helpers/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Tests start real slaves, and wait for them: two cores carry three files at a time.
    maxWorkers: 3,
    // Real programs on a busy machine: a second try is named in what is printed.
    retry: 1,
    env: {
      // Whoever evaluates the electron package by mistake gets a path, not a download.
      ELECTRON_OVERRIDE_DIST_PATH: '/nowhere',
    },
  },
})
