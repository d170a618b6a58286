// Entry of the command line: arguments in, exit code out.
import { runCli } from './cli/cli.ts'

process.exitCode = await runCli(process.argv.slice(2))
// What is still open (a listener, a thread) must not keep a command that has answered.
process.exit()
