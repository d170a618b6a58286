// Entry of a slave: arguments in, exit code out.
import { type Order, readArguments, USAGE, UsageError } from './arguments.ts'
import { forgetMaster } from './forget.ts'
import { installSlave, uninstallSlave } from './install/install.ts'
import type { Done } from './install/service.ts'
import { startNewCode } from './new-code.ts'
import { runPlan } from './run-plan.ts'
import { packageVersion } from './version.ts'

process.exit(await main())

async function main(): Promise<number> {
  // The command of the packed slave may be called as that of the whole package is.
  const given = process.argv.slice(2)
  const args = given[0] === 'slave' ? given.slice(1) : given
  try {
    return await carryOut(readArguments(args))
  } catch (error) {
    const { message } = error as Error
    const wrongUse = error instanceof UsageError
    const line = message.replace(/\.$/, '').replaceAll('\n', ' ')
    process.stderr.write(`triphammer slave: ${line}.${wrongUse ? ' See --help.' : ''}\n`)
    return wrongUse ? 2 : 1
  }
}

async function carryOut(order: Order): Promise<number> {
  switch (order.do) {
    case 'help':
      process.stdout.write(USAGE)
      return 0
    case 'version':
      process.stdout.write(`${packageVersion()}\n`)
      return 0
    case 'run':
      return runPlan(order.plan)
    case 'install':
      return tellDone(await installSlave(order.plan, order.args))
    case 'uninstall':
      return tellDone(await uninstallSlave(order.name, order.state))
    case 'forget':
      return tell(await forgetMaster(order.name, order.state))
    case 'newCode':
      return tell(await startNewCode(order.name, order.state))
  }
}

// A script must not believe in a slave that does not run, or still does.
function tellDone({ ok, text }: Done): number {
  tell(text)
  return ok ? 0 : 1
}

function tell(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
