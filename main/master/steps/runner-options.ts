/**
 * What a test command needs so that its output names every test. Commands that are not here name their tests by
 * themselves: `cargo test`, `ctest`, `node --test`, mocha, `prove -v`. Gradle and Maven write reports in the usual places.
 */
export const RUNNER_OPTIONS = {
  unittest: '-v',
  pytest: '-v',
  go: '-v',
  vitest: '--reporter=verbose',
  jest: '--verbose',
  phpunit: '--testdox',
  rspec: '--format documentation',
  dotnet: '--logger "console;verbosity=normal"',
  prove: '-v',
} as const

/** A test runner whose default output does not name the tests that passed. */
export type QuietRunner = keyof typeof RUNNER_OPTIONS
