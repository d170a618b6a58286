import { cargo } from './runners/cargo.ts'
import { ctest } from './runners/ctest.ts'
import { dotnet } from './runners/dotnet.ts'
import { go } from './runners/go.ts'
import { goJson } from './runners/go-json.ts'
import { gradle } from './runners/gradle.ts'
import { jest } from './runners/jest.ts'
import { maven } from './runners/maven.ts'
import { mocha } from './runners/mocha.ts'
import { nextest } from './runners/nextest.ts'
import { node } from './runners/node.ts'
import { phpunit } from './runners/phpunit.ts'
import { prove } from './runners/prove.ts'
import { pytest } from './runners/pytest.ts'
import { rspec } from './runners/rspec.ts'
import type { Runner } from './runners/runner.ts'
import { unittest } from './runners/unittest.ts'
import { vitest } from './runners/vitest.ts'

/** All programs whose output is read. */
export const RUNNERS: readonly Runner[] = [
  cargo,
  ctest,
  dotnet,
  go,
  goJson,
  gradle,
  jest,
  maven,
  mocha,
  nextest,
  node,
  phpunit,
  prove,
  pytest,
  rspec,
  unittest,
  vitest,
]
