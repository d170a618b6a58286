// Entry of the command line: arguments in, exit code out.
import { runCli } from './cli/cli.ts'

// Whoever reads has seen enough, as in "triphammer log … | head".
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  process.exit(0)
})
process.exitCode = await runCli(process.argv.slice(2))
// What is still open (a listener, a thread) must not keep a command that has answered.
process.exit()
