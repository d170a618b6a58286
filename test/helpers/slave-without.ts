// A slave that announces less than this version can do, as an older one does. Which of its
// capabilities it lacks stands in its name: `without-resume`, `without-all`. Only this program
// can take one away; the slave that people start has no such choice.
import { parseArgs } from 'node:util'
import { socketDoor } from '../../slave/door.ts'
import {
  CAPABILITIES,
  type Capabilities,
  type Capability,
} from '../../slave/protocol/capabilities.ts'
import { runSlave } from '../../slave/run-slave.ts'

const options = {
  name: { type: 'string' },
  basedir: { type: 'string' },
  socket: { type: 'string' },
  'key-file': { type: 'string' },
} as const
const { values } = parseArgs({ options, strict: false })
const name = String(values.name)
const lacking = name.replace(/^without-?/, '')
const capabilities: Capabilities = { ...CAPABILITIES }
for (const one of Object.keys(CAPABILITIES) as Capability[])
  if (lacking === one || lacking === 'all') delete capabilities[one]

process.exit(
  await runSlave({
    name,
    basedir: String(values.basedir),
    door: socketDoor(String(values.socket), String(values['key-file'])),
    stays: false,
    version: '0.0.0-test',
    appRoot: String(values.basedir),
    allowTerminal: true,
    capabilities,
  }),
)
