// What can only be seen on Electron itself, one line for each check; see CONTRIBUTING.md. Ends with 1 when any failed.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CHECKS } from './checks.ts'
import { openSetting } from './setting.ts'
import { endLeft } from './started-app.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // The program is a release: its fuses keep Playwright out.
    closed: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})
const [program] = positionals
const setting = openSetting({ closed: values.closed, ...(program !== undefined && { program }) })
const { file } = setting.app
if (!existsSync(file)) {
  console.error(`there is no ${file}`)
  setting.clear()
  process.exit(2)
}
console.log(`on ${file}`)
let failed = false
for (const { name, skip, run } of CHECKS) {
  if (!name.includes(values.only)) continue
  const why = skip?.(setting)
  if (why) {
    console.log(`skip ${name}: ${why}`)
    continue
  }
  const startedAt = performance.now()
  try {
    const found = await run(setting)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    console.log(`ok   ${name} (${[found, `${seconds} s`].filter(Boolean).join(', ')})`)
  } catch (error) {
    failed = true
    console.log(`FAIL ${name}: ${(error as Error).message}`)
    endLeft()
  }
}
setting.clear()
process.exit(failed ? 1 : 0)
