import { expect, test } from 'vitest'
import { toRequirement, unmetBy } from '../../../main/master/process/requirements.ts'
import { factsOf } from '../../../main/master/slaves/facts.ts'

const OURS = {
  platform: 'darwin',
  arch: 'arm64',
  numcpus: 8,
  memory_bytes: 16.4e9,
  tools: { node: '18.2.0', python: '3.11.2', java: '8.0.392', go: '1.22', rustc: '1.80.0-nightly' },
}
// As Debian's buildbot-worker tells it.
const STOCK = { system: 'posix', os_id: 'debian', os_version_id: '12', numcpus: 4 }

test.each<[string, unknown, object, string | null | 'met']>([
  ['os', 'macos', OURS, 'met'],
  ['os', 'linux || macos', OURS, 'met'],
  ['os', 'linux', OURS, 'macos'],
  ['arch', 'ARM64', OURS, 'met'],
  ['cpus', 8, OURS, 'met'],
  ['cpus', '<8', OURS, '8'],
  ['cpus', '=8', OURS, 'met'],
  ['memory', '>=16GB', OURS, 'met'],
  ['memory', '>=16GiB', OURS, '16.4GB'],
  ['memory', '> 32gb', OURS, '16.4GB'],
  ['node', '>=20', OURS, '18.2.0'],
  ['node', 18, OURS, 'met'],
  ['node', '16.x || 18.x', OURS, 'met'],
  ['python', '>=3.9 <4', OURS, 'met'],
  ['java', '>=11', OURS, '8.0.392'],
  ['go', '>=1.22', OURS, 'met'],
  ['rustc', '>=1.80', OURS, 'met'],
  ['docker', true, OURS, null],
  ['python', true, OURS, 'met'],
  ['os', 'linux', STOCK, 'met'],
  ['distro', 'debian', STOCK, 'met'],
  ['osVersion', '>=12', STOCK, 'met'],
  ['cpus', '>=8', STOCK, '4'],
  ['node', '>=20', STOCK, null],
  ['arch', 'x64', STOCK, null],
])('%s %s of %o', (key, wanted, info, has) => {
  const found = unmetBy([toRequirement(key, wanted)], factsOf(info as never))
  expect(found[0] === undefined ? 'met' : found[0].has).toBe(has)
})

test('a slave that sends nonsense has told nothing', () => {
  const info = { os_id: 7, arch: '', numcpus: 'many', memory_bytes: -1, tools: ['node'] }
  expect(factsOf(info)).toEqual({
    os: null,
    distro: null,
    osVersion: null,
    arch: null,
    cpus: null,
    memoryBytes: null,
    diskFreeBytes: null,
    tools: null,
  })
})
