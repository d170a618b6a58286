import { Option } from 'commander'
import type { BuildDetails } from '../bridge/contract.ts'
import type { Client } from '../http/client.ts'
import type { BuildId } from '../master/model.ts'
import { buildNumbered } from './build-commands.ts'
import type { CommandLine } from './cli.ts'
import { withRunningMaster } from './connect.ts'
import { CommandError, print, printJson } from './terminal.ts'

interface BisectOptions {
  readonly wait?: boolean
  readonly stop?: boolean
}

/** bisect. */
export function addBisectCommand({ program, dataDir, json, exitWith }: CommandLine): void {
  program
    .command('bisect')
    .argument('<builder>')
    .argument('<number>', 'of a build that failed')
    .description('build changes since the last good build until the first bad one is known')
    .option('--wait', 'say what each build tells, and exit with 1 unless that change is found')
    .addOption(new Option('--stop', 'end it').conflicts('wait'))
    .action((builder: string, number: string, options: BisectOptions) =>
      withRunningMaster(dataDir(), async client => {
        const id = await buildNumbered(client, builder, number)
        if (options.stop) {
          await client.request('build:stopBisect', { id })
          if (json()) printJson({ buildId: id })
          else print(`${builder} is no longer bisected`)
          return
        }
        await client.request('build:bisect', { id })
        const state = options.wait
          ? await untilEnded(client, id, words => !json() && print(words))
          : await stateOf(client, id)
        if (json()) printJson(state)
        else if (!options.wait) print(state.words)
        if (options.wait && (state.running || state.suspects.length > 1)) exitWith(1)
      }),
    )
}

type State = NonNullable<BuildDetails['bisect']['state']>

async function stateOf(client: Client, id: BuildId): Promise<State> {
  const { bisect } = await client.request('build:details', id)
  return bisect.state!
}

// Each end of a request may be the last of it: the state says so.
async function untilEnded(client: Client, id: BuildId, say: (words: string) => void) {
  let wake = () => {}
  let gone = false
  const stop = await client.listen(
    news => news.topic === 'request/changed' && wake(),
    () => {
      gone = true
      wake()
    },
  )
  try {
    for (let said = ''; ; ) {
      const changed = new Promise<void>(resolve => {
        wake = resolve
      })
      if (gone) throw new CommandError('The master went away; the bisect goes on when it is back.')
      const state = await stateOf(client, id)
      if (state.words !== said) say(state.words)
      said = state.words
      if (!state.running) return state
      await changed
    }
  } finally {
    stop()
  }
}
