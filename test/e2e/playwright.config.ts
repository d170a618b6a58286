import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './paths.ts'

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  timeout: 30_000,
  expect: { timeout: 10_000 },
  // Every test has a home of its own; they wait more than they work.
  fullyParallel: true,
  workers: availableParallelism() + 1,
  // Real programs and browsers on a busy machine: a second try is named as flaky in the end.
  retries: 1,
  forbidOnly: Boolean(process.env.CI),
  // The second one goes where the environment says, for what scripts/test.mjs tells in the end.
  reporter: [['list'], ...(process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [['json'] as const] : [])],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS },
  },
})
