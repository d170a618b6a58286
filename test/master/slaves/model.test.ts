import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../../main/master/clock.ts'
import type { BuilderConfig, StepConfig } from '../../../main/master/config/model.ts'
import { createData, type Data } from '../../../main/master/data/data.ts'
import { type LogMarks, markOf } from '../../../main/master/logs/log-marks.ts'
import type { LogStore } from '../../../main/master/logs/log-store.ts'
import type { BuildId, LogId } from '../../../main/master/model.ts'
import { createMq } from '../../../main/master/mq/mq.ts'
import { type BuildRun, runBuild } from '../../../main/master/process/build-run.ts'
import { createLocks } from '../../../main/master/process/locks.ts'
import { CANCELLED, RETRY, SUCCESS } from '../../../main/master/results.ts'
import {
  type Attachment,
  createAttachment,
  type Expected,
} from '../../../main/master/slaves/attachment.ts'
import { createCommandTable } from '../../../slave/command-table.ts'
import type { StartCommand } from '../../../slave/commands/command.ts'
import { createOutput } from '../../../slave/commands/output.ts'
import { type Connection, serveMaster } from '../../../slave/connection.ts'
import type { Spool } from '../../../slave/spool.ts'
import { openTestDatabase } from '../../helpers/database.ts'
import { type MemoryCable, memoryCable } from '../../helpers/memory-socket.ts'
import { createRandom, type Random } from '../../helpers/random.ts'

// Whole lives of a master and its slave on a clock of their own: cuts, half-open links, delays,
// second links, jumps of the clock, restarts of either end, stops. Everything but the programs,
// the cable and the disk is real.
const SCHEDULES = Number(process.env.TRIPHAMMER_SCHEDULES ?? 200)
const SEED = Number(process.env.TRIPHAMMER_MODEL_SEED ?? Date.now() % 1_000_000)

const LEASE = { leaseMs: 60_000, graceMs: 10_000, spoolBytes: 4000 }
// Two pings that are not answered, and the slowest handshake.
const NOTICE_MS = 3 * 15_000 + 10_000 + 10_000
const STOP_MS = 10_000
const LONGEST_PROGRAM_MS = 90_000
const EVENTS_MS = 200_000

const quiet = { say() {}, started() {}, ended() {} }

beforeEach(() => {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const
  vi.useFakeTimers({
    toFake: [...toFake, 'setImmediate', 'clearImmediate', 'Date', 'performance'],
  })
})
afterEach(() => {
  vi.useRealTimers()
})

test(`no schedule of faults leaves a build open, a place taken or a log wrong: ${SCHEDULES} (seed ${SEED})`, async () => {
  const world = createWorld()
  const seen = new Map<string, number>()
  for (let i = 0; i < SCHEDULES; i++) {
    const seed = SEED * 1000 + i
    const { faults, ends } = await world.play(createRandom(seed))
    expect(faults, `schedule ${seed}: TRIPHAMMER_MODEL_SEED=${SEED}`).toEqual([])
    for (const end of ends) seen.set(end, (seen.get(end) ?? 0) + 1)
  }
  // A model in which nothing good ever happens would prove nothing.
  const of = (end: string) => seen.get(end) ?? 0
  expect([of('success') > SCHEDULES / 2, of('retry') > 0, of('cancelled') > 0]).toEqual([
    true,
    true,
    true,
  ])
}, 240_000)

/** A history that all schedules share. */
function createWorld() {
  const db = openTestDatabase()
  const mq = createMq(error => {
    throw error
  })
  const stored = new Map<LogId, { marks: Record<string, number>; stdout: string }>()
  let life = 0

  return { play }

  function dataOf(random: Random): Data {
    const own = ++life
    let before = Promise.resolve()
    const logs = {
      async append(id, stream, bytes, _at, source = 0) {
        // One after the other, as the thread of the real one does.
        before = before.then(() => later(random.int(0, 40)))
        await before
        // What a master that was killed had not committed never was.
        if (own !== life) return new Promise(() => {})
        const log = stored.get(id) ?? { marks: {}, stdout: '' }
        stored.set(id, log)
        const mark = markOf(source, stream)
        log.marks[mark] = (log.marks[mark] ?? 0) + bytes.length
        if (stream === 'stdout') log.stdout += Buffer.from(bytes)
      },
      async finish() {
        await before
        return own === life ? { lineCount: 0, byteCount: 0, cut: undefined } : new Promise(() => {})
      },
      marks: async (id): Promise<LogMarks> => ({ ...stored.get(id)?.marks }),
      forgetMarks() {},
    } satisfies Partial<LogStore> as Partial<LogStore> as LogStore
    const options = { db, logs, mq, clock: systemClock, version: '0', shell: 'headless' }
    const { data } = createData({ ...options, onCommit() {} })
    data.startRun()
    return data
  }

  async function play(random: Random): Promise<{ faults: string[]; ends: string[] }> {
    const faults: string[] = []
    const programs = new Map<string, Program>()
    const latencyMs = random.pick([0, 5, 200, 3000])
    let slave = startSlave()
    let cable: MemoryCable | undefined
    let reachable = true
    let over = false
    let data = dataOf(random)
    data.saveSlaves([{ name: 'a', kind: 'remote', tags: [], maxBuilds: 9 }])
    let attachment = attach()
    const runs = new Map<BuildId, BuildRun>()
    const stopped = new Map<BuildId, number>()
    const tables = [slave]

    keep()
    await until(() => attachment.session?.linked === true)
    const builds = Array.from({ length: random.int(1, 3) }, startBuild)
    const times = Array.from({ length: random.int(1, 8) }, () => random.int(0, EVENTS_MS))
    let now = 0
    for (const at of times.sort((a, b) => a - b)) {
      await pass(at - now)
      now = at
      await happen()
    }
    if (random.chance(0.6)) reachable = true
    const lastAt = performance.now()
    while (open().length > 0 && performance.now() - lastAt < limitMs()) await pass(1000)
    for (const id of open())
      faults.push(`build ${id} is open ${limitMs() / 1000} s after the last fault`)
    for (const id of builds) judge(id)
    // The slave finds out that nobody wants anything of it, by its link or by its lease.
    await pass(LEASE.leaseMs + NOTICE_MS + LONGEST_PROGRAM_MS)
    if (tables.some(table => table.commands.busy)) faults.push('the slave still keeps something')
    if ((attachment.session?.buildCount ?? 0) > 0) faults.push('a place is still taken')
    over = true
    const ends = builds.map(id => nameOf(data.build(id)!.results))
    void attachment.stop()
    for (const table of tables) void table.commands.endAll('over')
    cable?.drop()
    await pass(200_000)
    return { faults, ends }

    function limitMs(): number {
      // A program that goes on ends by itself; a cut is over within lease and grace.
      return LEASE.leaseMs + LEASE.graceMs + NOTICE_MS + 3 * LONGEST_PROGRAM_MS + 20 * latencyMs
    }

    function open(): BuildId[] {
      return builds.filter(id => data.build(id)!.completeAt === null)
    }

    async function happen() {
      switch (
        random.pick(['drop', 'silence', 'away', 'twice', 'jump', 'slave', 'master', 'stop'])
      ) {
        case 'drop':
          cable?.drop()
          break
        case 'silence':
          cable?.silence()
          break
        case 'away':
          reachable = false
          if (random.chance(0.5)) cable?.drop()
          else cable?.silence()
          void later(random.int(1000, 120_000)).then(() => {
            reachable = true
          })
          break
        case 'twice':
          // The slave dials anew while its link is open.
          if (reachable) void connect()
          break
        case 'jump':
          vi.setSystemTime(Date.now() + random.int(-3_600_000, 3_600_000))
          break
        case 'slave':
          restartSlave()
          break
        case 'master':
          await restartMaster()
          break
        case 'stop': {
          const id = random.pick(builds)
          if (data.build(id)!.completeAt !== null) break
          stopped.set(id, performance.now())
          runs.get(id)!.stop('enough')
          const asked = life
          void later(STOP_MS).then(() => {
            // A master that was killed meanwhile leaves it to the next.
            if (!over && asked === life && data.build(id)!.completeAt === null)
              faults.push(`build ${id} was not stopped within ${STOP_MS / 1000} s`)
          })
        }
      }
    }

    function judge(id: BuildId) {
      const build = data.build(id)!
      if (build.results === null) return
      if (![SUCCESS, RETRY, CANCELLED].includes(build.results as 0))
        faults.push(`build ${id} ended with ${build.results}: ${build.stateString}`)
      if (build.results === CANCELLED && !stopped.has(id))
        faults.push(`build ${id} was stopped by nobody`)
      for (const step of data.stepsOfBuild(id)) {
        const log = data.logsOfStep(step.id)[0]
        const said = (log && stored.get(log.id)?.stdout) ?? ''
        const wanted = programs.get(`${id} ${step.number}`)!.text
        const whole = step.results === SUCCESS
        if (whole ? said !== wanted : !wanted.startsWith(said))
          faults.push(
            `the log of build ${id} has ${said.length} of ${wanted.length} bytes, or others`,
          )
      }
    }

    function startBuild(): BuildId {
      const builder = data.saveBuilders([
        { name: 'b', project: '', description: '', tags: [], slaves: ['a'], position: 0 },
      ])[0]!
      const { requests } = data.addBuildset({
        ...{ reason: '', scheduler: '', changes: [], properties: {}, priority: 0 },
        sourcestamp: { project: '', repository: '', branch: null, revision: null },
        builders: [{ id: builder.id, collapse: false }],
      })
      const config = builderOf(random.int(1, 3))
      const slaveRun = attachment.session!.runId
      const marker = `m${random.next()}`
      const carried = { marker, slaveRun, builderJson: JSON.stringify(config) }
      const build = data.startBuild(requests[0]!.id, data.slave('a')!.id, {}, carried)!
      for (const { command, number } of config.steps.map((step, number) => ({
        ...step,
        number,
      })) as never[] as { command: string; number: number }[])
        programs.set(`${build.id} ${number}`, createProgram(random, command))
      begin(build.id, marker, config)
      return build.id
    }

    function begin(id: BuildId, marker: string, builder: BuilderConfig, carried?: object) {
      const build = data.build(id)!
      const config = {
        ...builder,
        steps: builder.steps.map((step, number) => ({ ...step, command: `${id} ${number}` })),
      } as BuilderConfig
      const run = runBuild({
        ...{
          data,
          clock: systemClock,
          locks: createLocks(),
          artifacts: {} as never,
          testReader: {} as never,
          masterEnv: {},
          marker,
          build,
        },
        request: data.request(build.requestId)!,
        builder: config,
        slave: data.slave('a')!,
        session: attachment.session!,
        properties: {},
        secret: () => undefined,
        loginOf: () => null,
        onTrouble: reason => faults.push(reason),
        ...(carried as { carried?: never }),
      })
      runs.set(id, run)
    }

    // Killed at any moment; the next one starts after a while, and may find a slave that is another.
    async function restartMaster() {
      life++
      for (const run of runs.values()) run.leave()
      runs.clear()
      const left = attachment
      await Promise.race([left.stop(), pass(2000)])
      cable?.drop()
      await pass(random.int(0, 30_000))
      data = dataOf(random)
      const carried = data.carriedBuilds().filter(one => builds.includes(one.buildId))
      const runId = carried.at(-1)?.slaveRun
      attachment = attach(runId ? { runId, info: data.slave('a')!.info } : undefined)
      for (const { buildId, marker, builder, ending } of carried) {
        const steps = data.stepsOfBuild(buildId)
        begin(buildId, marker, builder as BuilderConfig, {
          carried: { steps, ending, stepLocks: undefined },
        })
      }
    }

    function attach(expected?: Expected): Attachment {
      let made: Attachment | undefined
      const mine = createAttachment({
        name: 'a',
        clock: systemClock,
        lease: () => LEASE,
        ...(expected && { expected }),
        nextCommandId: () => `x${random.next()}`,
        onState() {},
        onSession(session) {
          if (session && (made ?? attachment) === attachment) data.setSlaveInfo('a', session.info)
        },
        onLease() {},
        onTrouble: reason => faults.push(reason),
        onTerminal: () => null,
      } as Parameters<typeof createAttachment>[0])
      made = mine
      return mine
    }

    function startSlave() {
      const commands = createCommandTable({
        ...{ environment: {}, console: quiet, spool: memorySpool() },
        known: { shell: startProgram(programs) },
        endLeftovers: async () => [],
      })
      return { commands, newest: undefined as Connection | undefined }
    }

    // Its machine is switched off: sometimes the network tells, sometimes not.
    function restartSlave() {
      if (random.chance(0.5)) cable?.silence()
      else cable?.drop()
      void slave.commands.endAll('switched off')
      slave = startSlave()
      tables.push(slave)
      void later(random.int(0, 5000)).then(async () => {
        if (!over && reachable) await connect()
      })
    }

    // Whoever keeps the slave makes a new link when there is none.
    async function keep() {
      while (!over) {
        if (reachable && !attachment.session?.linked) await connect()
        await later(random.int(500, 20_000))
      }
    }

    async function connect() {
      const made = memoryCable(random, latencyMs)
      cable = made
      const [here, there] = made.ends
      slave.newest?.close('another connection of the master took over')
      const { commands } = slave
      slave.newest = serveMaster(there, {
        info: { basedir: '/b' },
        commands,
        console: quiet,
        onShutdown() {},
      })
      await attachment.take(here).catch(() => {})
    }
  }
}

interface Program {
  readonly text: string
  /** What it writes, and when. */
  readonly parts: readonly { readonly afterMs: number; readonly text: string }[]
  /** How long it takes to end when it is interrupted. */
  readonly dyingMs: number
}

function createProgram(random: Random, _command: string): Program {
  const count = random.int(0, 12)
  const totalMs = random.int(0, LONGEST_PROGRAM_MS)
  const parts = Array.from({ length: count }, (_, i) => ({
    afterMs: Math.floor(totalMs / Math.max(1, count)),
    text: `${i} ${'x'.repeat(random.pick([1, 20, 900]))}\n`,
  }))
  return {
    text: parts.map(part => part.text).join(''),
    parts,
    dyingMs: random.pick([0, 100, 5000, 60_000]),
  }
}

// Stands for a real program: it waits when its output is not taken, and dies as it likes.
function startProgram(programs: ReadonlyMap<string, Program>): StartCommand {
  return (args, { updates }) => {
    const { parts, dyingMs } = programs.get(args.command as string)!
    const output = createOutput(updates)
    const interrupted = Promise.withResolvers<'interrupted'>()
    return { done: run(), interrupt: () => interrupted.resolve('interrupted') }

    async function run() {
      for (const { afterMs, text } of parts) {
        if (output.full)
          await Promise.race([new Promise<void>(output.onDrain), interrupted.promise])
        if ((await Promise.race([later(afterMs), interrupted.promise])) === 'interrupted') {
          await later(dyingMs)
          return updates.say([['rc', -1]])
        }
        output.write('stdout', Buffer.from(text))
      }
      output.flush()
      updates.say([['rc', 0]])
    }
  }
}

function memorySpool(): Spool {
  return {
    limitBytes: 0,
    clear() {},
    open() {
      let held = Buffer.alloc(0)
      return {
        write(bytes) {
          held = Buffer.concat([held, bytes])
          return held.length - bytes.length
        },
        read: (place, count) => held.subarray(place, place + count),
        close() {},
      }
    },
  }
}

function builderOf(steps: number): BuilderConfig {
  const flags = { haltOnFailure: true, flunkOnFailure: true, flunkOnWarnings: false }
  const step = (number: number) =>
    ({
      ...{
        kind: 'shell',
        name: `step ${number}`,
        command: '',
        errexit: true,
        maxLogBytes: null,
        pty: false,
        logfiles: {},
        ...flags,
      },
      ...{ warnOnFailure: false, warnOnWarnings: false, alwaysRun: false, hidden: false },
      ...{ if: null, locks: [], env: {}, workdir: '', timeoutMs: null, maxTimeMs: null },
    }) as StepConfig
  return {
    ...{ name: 'b', project: '', description: '', tags: [], slaves: ['a'], env: {} },
    ...{ properties: {}, locks: [], collapseRequests: false },
    steps: Array.from({ length: steps }, (_, number) => step(number)),
  } as unknown as BuilderConfig
}

function nameOf(results: number | null): string {
  return results === SUCCESS ? 'success' : results === RETRY ? 'retry' : 'cancelled'
}

function later(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(Math.max(0, ms))
}

async function until(so: () => boolean): Promise<void> {
  while (!so()) await pass(100)
}
