import './with-processes.ts'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ConfigStatus } from '../../main/master/config/status.ts'
import {
  type Master,
  type MasterOptions,
  startMaster,
  type WhatOfBuilds,
} from '../../main/master/master.ts'
import type {
  Build,
  BuildRequest,
  BuildRequestId,
  ChangeId,
  Log,
  LogId,
  PropertyValue,
  Step,
  Stream,
} from '../../main/master/model.ts'
import type { Topic, Topics } from '../../main/master/mq/mq.ts'
import { from } from '../../main/master/process/properties.ts'
import { RESULT_NAMES, type Result } from '../../main/master/results.ts'
import { afterFile, later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'

export const ROOT = join(import.meta.dirname, '..', '..')

export interface TestMasterOptions extends Partial<MasterOptions> {
  /** master.yml, as text or as what it says. */
  readonly config?: string | object
}

export interface Wish {
  readonly branch?: string
  readonly revision?: string
  readonly properties?: Readonly<Record<string, PropertyValue>>
  readonly changes?: readonly ChangeId[]
  readonly collapse?: boolean
  readonly scheduler?: string
  readonly priority?: number
}

export interface TestMaster {
  readonly master: Master
  readonly data: Master['data']
  readonly dataDir: string
  readonly configFile: string
  /** What it wrote into the app's log. */
  readonly said: readonly string[]
  /** Writes master.yml and has it read. */
  configure(config: string | object): ConfigStatus
  /** Asks for a build of the builder of that name. */
  request(builder: string, wish?: Wish): BuildRequestId
  /** Asks for a build and waits for its end. */
  build(builder: string, wish?: Wish): Promise<Build>
  /** The next news of that topic that `wanted` takes. */
  until<T extends Topic>(topic: T, wanted?: (payload: Topics[T]) => boolean): Promise<Topics[T]>
  /** Waits until a request is complete; at once when it is. */
  completed(id: BuildRequestId): Promise<BuildRequest>
  /** Waits until a step of that name has written `text` into its log. */
  wrote(step: string, text: string, log?: string): Promise<Step>
  /** Each step of a build with its result and what it says. */
  steps(build: Build): Record<string, string>
  /** What a log of a step holds. */
  logText(build: Build, step: string, options?: LogOptions): Promise<string>
  /** In order; builds that run end as RETRY unless they are to be left. */
  stop(builds?: WhatOfBuilds): Promise<void>
  /** Stops it in order and starts another on the same data. */
  restart(options?: TestMasterOptions, builds?: WhatOfBuilds): Promise<void>
}

interface LogOptions {
  readonly log?: string
  readonly streams?: readonly Stream[]
}

/** A real master on a data directory of its own, whose local slaves are real processes. */
export async function testMaster(options: TestMasterOptions = {}): Promise<TestMaster> {
  const dataDir = options.dataDir ?? temporaryFolder('data')
  const configFile = options.configFile ?? join(dataDir, 'master.yml')
  const said: string[] = []
  let master: Master | undefined
  later(() => test.stop())
  await start(options)

  const test: TestMaster = {
    get master() {
      return master!
    },
    get data() {
      return master!.data
    },
    dataDir,
    configFile,
    said,
    configure(config) {
      writeConfig(configFile, config)
      return master!.config.reload()
    },
    request(name, wish = {}) {
      const { data } = test
      const builder = data.builderByName(name)!
      const project = data.projects().find(one => one.name === builder.project)
      const { requests } = data.addBuildset({
        reason: 'a test',
        scheduler: wish.scheduler ?? 'force',
        sourcestamp: {
          project: builder.project,
          repository: project?.repository ?? '',
          branch: wish.branch ?? null,
          revision: wish.revision ?? null,
        },
        changes: wish.changes ?? [],
        properties: from('Test', wish.properties ?? {}),
        priority: wish.priority ?? 0,
        builders: [{ id: builder.id, collapse: wish.collapse ?? false }],
      })
      return requests[0]!.id
    },
    async build(name, wish) {
      const id = test.request(name, wish)
      await test.completed(id)
      return test.data.buildsOfRequest(id).at(-1)!
    },
    until(topic, wanted = () => true) {
      return new Promise(resolve => {
        const stop = master!.mq.subscribe(topic, payload => {
          if (!wanted(payload)) return
          stop()
          resolve(payload)
        })
      })
    },
    completed(id) {
      const now = test.data.request(id)!
      if (now.completeAt !== null) return Promise.resolve(now)
      return test.until('request/changed', one => one.id === id && one.completeAt !== null)
    },
    wrote: (step, text, log = 'stdio') =>
      new Promise(resolve => {
        // A program that floods its log appends faster than the log is read.
        const looking = new Set<LogId>()
        const look = async (candidate: Log | undefined) => {
          if (!master || candidate?.name !== log || looking.has(candidate.id)) return
          const own = test.data.step(candidate.stepId)!
          if (own.name !== step || own.completeAt !== null) return
          looking.add(candidate.id)
          const held = await readLog(candidate).catch(() => '')
          looking.delete(candidate.id)
          if (held.includes(text)) {
            stop()
            return resolve(own)
          }
          const grown = master && test.data.log(candidate.id)
          if (grown && grown.byteCount > candidate.byteCount) void look(grown)
        }
        const stop = master!.mq.subscribe(
          'log/appended',
          ({ logId }) => void look(test.data.log(logId)),
        )
        for (const build of test.data.runningBuilds())
          for (const one of test.data.logsOfBuild(build.id)) void look(one)
      }),
    steps(build) {
      const steps = test.data.stepsOfBuild(build.id)
      return Object.fromEntries(steps.map(step => [step.name, outcome(step)]))
    },
    async logText(build, step, { log = 'stdio', streams = ['stdout', 'stderr'] }: LogOptions = {}) {
      const own = test.data.stepsOfBuild(build.id).find(one => one.name === step)!
      const found = test.data.logsOfStep(own.id).find(one => one.name === log)
      return found ? readLog(found, streams) : ''
    },
    async stop(builds = 'stop') {
      const stopping = master
      master = undefined
      await stopping?.stop(builds)
    },
    async restart(changed = {}, builds) {
      await test.stop(builds)
      await start({ ...options, config: undefined as never, ...changed })
    },
  }
  return test

  async function start(now: TestMasterOptions) {
    if (now.config !== undefined) writeConfig(configFile, now.config)
    const { config: _config, ...rest } = now
    master = await startMaster({
      version: '0.0.0-test',
      shell: 'headless',
      mode: 'full',
      env: testEnvironment(),
      slaveProgram: slaveProgram(),
      packedSlave: join(ROOT, 'out/main/slave-packed.mjs'),
      log: line => said.push(line),
      ...rest,
      dataDir,
      configFile,
    })
  }

  async function readLog(log: Log, streams?: readonly Stream[]): Promise<string> {
    const parts: Uint8Array[] = []
    for (let from = 0; ; ) {
      const { bytes, next } = await test.data.logBytes(log.id, from, streams)
      if (next === from) return Buffer.concat(parts).toString('utf8')
      parts.push(bytes)
      from = next
    }
  }
}

/** `success`, or with what it says: `failure: exit status 1`. */
export function outcome({ results, stateString }: Pick<Build, 'results' | 'stateString'>): string {
  if (results === null) return 'not yet'
  const name = RESULT_NAMES[results as Result]
  return stateString === '' ? name : `${name}: ${stateString}`
}

/** The program that is a slave, from its TypeScript. */
export function slaveProgram(env = testEnvironment()): MasterOptions['slaveProgram'] {
  const entry = join(ROOT, 'slave', 'main.ts')
  return { file: process.execPath, args: [entry, '--app-root', ROOT], env }
}

let home: string | undefined

/** The environment of a person who has configured next to nothing. */
export function testEnvironment(): Record<string, string> {
  if (!home) {
    const made = mkdtempSync(join(tmpdir(), 'triphammer home ö-'))
    afterFile(() => rmSync(made, { recursive: true, force: true }))
    home = made
    const lines = ['[protocol "file"]', 'allow = always', '[user]', 'name = Ada', 'email = a@b.c']
    writeFileSync(join(home, '.gitconfig'), `${lines.join('\n')}\n`)
  }
  return { PATH: process.env.PATH!, HOME: home, LANG: 'C.UTF-8' }
}

function writeConfig(file: string, config: string | object) {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, typeof config === 'string' ? config : stringify(config))
}
