import { join } from 'node:path'
import { loadConfig } from '../master/config/parse.ts'
import { jsonSchema } from '../master/config/schema.ts'
import { describeProblem } from '../master/config/status.ts'
import type { CommandLine } from './cli.ts'
import { withRunningMaster } from './connect.ts'
import { linesOf } from './tell-config.ts'
import { print, printJson, tell } from './terminal.ts'

/** checkconfig, reconfig, schema. */
export function addConfigCommands({ program, dataDir, json, exitWith }: CommandLine): void {
  program
    .command('checkconfig')
    .argument('[file]', 'master.yml of the data directory when it is left out')
    .description('check a configuration without using it')
    .action((file: string | undefined) => {
      const path = file ?? join(dataDir(), 'master.yml')
      const { config, problems, notices } = loadConfig(path)
      if (json()) printJson({ good: config !== undefined, problems, notices })
      else {
        for (const problem of problems) tell(describeProblem(problem))
        for (const notice of notices) print(`note: ${describeProblem(notice)}`)
        if (config)
          print(
            `${path} is good: ${count(config.builders.length, 'builder')}, ${count(config.slaves.length, 'slave')}`,
          )
      }
      if (!config) exitWith(1)
    })

  program
    .command('reconfig')
    .description('have the running master read its configuration again')
    .action(() =>
      withRunningMaster(dataDir(), async client => {
        const status = await client.request('config:reload')
        if (json()) printJson(status)
        else {
          for (const line of linesOf(status)) tell(line)
          if (status.good) print(`${status.file} is in force`)
        }
        if (!status.good) exitWith(1)
      }),
    )

  program
    .command('schema')
    .description('print the JSON Schema of master.yml')
    .action(() => printJson(jsonSchema()))
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
