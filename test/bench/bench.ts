// npm run bench: figures of this machine, each beside what a bare loop does here in the same run and,
// where Debian's Buildbot is installed, beside Buildbot's. Ratios count; absolute times are noise.
import { buildbotInstalled, measureBuildbot } from './buildbot.ts'
import { backup } from './rows/backup.ts'
import { buildsPerSecond, forceToFinished, spawnsPerSecond } from './rows/builds.ts'
import { newBranches } from './rows/changes.ts'
import { barePipe, logThroughput, loopLag } from './rows/logs.ts'
import { coldStart, idle } from './rows/start.ts'
import { localSlave, remoteSlave, stockWorkerHere, stockWorkerThere } from './rows/stock.ts'
import { readTests } from './rows/tests.ts'
import { upgradeOf } from './rows/upgrade.ts'
import { printFigure } from './table.ts'

const MB = 1e6
const wanted = process.argv.slice(2)
const runs = (name: string) => wanted.length === 0 || wanted.includes(name)

const buildbot = runs('buildbot') && buildbotInstalled() ? await measureBuildbot() : undefined
if (!buildbotInstalled())
  process.stdout.write(
    'Buildbot is not installed here (Debian: apt-get install buildbot buildbot-worker)\n',
  )

if (runs('builds')) {
  const limit = await spawnsPerSecond()
  const one = await buildsPerSecond(1)
  const kept = one >= limit / 3 && (!buildbot || one >= 40 * buildbot.buildsPerSecond)
  const them = buildbot && { buildbot: buildbot.buildsPerSecond }
  printFigure({
    what: 'one-step builds through one local slave',
    value: one,
    unit: '/s',
    limit,
    ...them,
    budget: { words: 'a third of bare, 40 × Buildbot', kept },
  })
  printFigure({
    what: 'one-step builds through four local slaves',
    value: await buildsPerSecond(4),
    unit: '/s',
    limit,
    ...them,
  })
}
if (runs('force')) {
  const value = await forceToFinished()
  const limit = 1000 / (await spawnsPerSecond())
  const kept = value <= (buildbot?.forceToFinishedMs ?? 349) / 20
  printFigure({
    what: 'force to finished, one no-op step',
    value,
    unit: 'ms',
    limit,
    ...(buildbot && { buildbot: buildbot.forceToFinishedMs }),
    budget: { words: 'a twentieth of Buildbot', kept },
  })
}
if (runs('logs')) {
  const limit = await barePipe()
  const { mibPerSecond, grewBytes } = await logThroughput()
  const kept =
    mibPerSecond >= 0.6 * limit && (!buildbot || mibPerSecond >= 20 * buildbot.logMibPerSecond)
  printFigure({
    what: 'log from a step to disk and readable',
    value: mibPerSecond,
    unit: 'MiB/s',
    limit,
    ...(buildbot && { buildbot: buildbot.logMibPerSecond }),
    budget: { words: '60 % of bare, 20 × Buildbot', kept },
  })
  printFigure({ what: 'the master grew meanwhile by', value: grewBytes / MB, unit: 'MB' })
}
if (runs('start')) {
  const empty = await coldStart(0)
  const full = await coldStart(100_000)
  printFigure({
    what: 'cold start to ready, empty',
    value: empty,
    unit: 'ms',
    ...(buildbot && { buildbot: buildbot.startMs }),
  })
  printFigure({
    what: 'cold start to ready, 100,000 builds',
    value: full,
    unit: 'ms',
    limit: empty,
    budget: { words: '1.5 × empty', kept: full <= 1.5 * empty },
  })
}
if (runs('backup')) {
  const { ms, bareMs, answerMs, idleAnswerMs } = await backup(100_000)
  printFigure({
    what: 'verified backup, 100,000 builds, while the master runs',
    value: ms,
    unit: 'ms',
    limit: bareMs,
  })
  printFigure({
    what: 'answers of the master meanwhile, p99',
    value: answerMs,
    unit: 'ms',
    limit: idleAnswerMs,
    budget: { words: '50 ms', kept: answerMs <= 50 },
  })
}
if (runs('changes')) {
  const { lookMs, bareMs } = await newBranches(1000)
  printFigure({
    what: '1,000 new branches, 200,000 objects, until known',
    value: lookMs,
    unit: 'ms',
    limit: bareMs,
    budget: { words: '20 × bare', kept: lookMs <= 20 * bareMs },
  })
}
if (runs('upgrade'))
  for (const [builds, words] of [
    [100_000, '100,000'],
    [1_000_000, '1,000,000'],
  ] as const) {
    const { megabytes, upgradeMs, told, silentMs, startMs } = await upgradeOf(builds)
    printFigure({ what: `history of 0.1.0 with ${words} builds`, value: megabytes, unit: 'MB' })
    printFigure({ what: '  brought to this version', value: upgradeMs / 1000, unit: 's' })
    printFigure({ what: '  told how far it is, times', value: told, unit: '' })
    printFigure({ what: '  longest without a word', value: silentMs / 1000, unit: 's' })
    printFigure({ what: '  cold start after it', value: startMs, unit: 'ms' })
  }
if (runs('idle')) {
  const { bytes, cpuPercent } = await idle()
  printFigure({
    what: 'idle master, resident',
    value: bytes / MB,
    unit: 'MB',
    ...(buildbot && { buildbot: buildbot.idleBytes / MB }),
    budget: { words: 'under 120 MB', kept: bytes < 120 * MB },
  })
  printFigure({ what: 'idle master, processor', value: cpuPercent, unit: '%' })
}
if (runs('tests')) {
  const { ms, lagMs } = await readTests(100_000)
  printFigure({ what: 'step with a report of 100,000 tests', value: ms / 1000, unit: 's' })
  printFigure({
    what: '  event-loop lag meanwhile, p99',
    value: lagMs,
    unit: 'ms',
    budget: { words: '50 ms', kept: lagMs <= 50 },
  })
}
if (runs('lag'))
  for (const searching of [false, true]) {
    const value = await loopLag(searching)
    printFigure({
      what: searching
        ? '  while all logs are searched'
        : 'event-loop lag p99, 8 builds, 20 MB/s of logs',
      value,
      unit: 'ms',
      budget: { words: '50 ms', kept: value <= 50 },
    })
  }
if (runs('stock')) {
  const local = await localSlave()
  const remote = await remoteSlave()
  printFigure({ what: 'step of a local slave', value: local.stepMs, unit: 'ms' })
  printFigure({
    what: 'step of a remote slave, over TLS',
    value: remote.stepMs,
    unit: 'ms',
    limit: local.stepMs,
  })
  printFigure({
    what: 'log of a remote slave, over TLS',
    value: remote.logMibPerSecond,
    unit: 'MiB/s',
    limit: local.logMibPerSecond,
  })
  if (buildbotInstalled()) {
    const here = await stockWorkerHere()
    const there = await stockWorkerThere()
    printFigure({
      what: 'step of a stock worker',
      value: here.stepMs,
      unit: 'ms',
      buildbot: there.stepMs,
      // Without a cure for its Nagle no step takes less than 47 ms.
      budget: { words: 'limited by the worker', kept: here.stepMs < 40 },
    })
    printFigure({
      what: 'log of a stock worker',
      value: here.logMibPerSecond,
      unit: 'MiB/s',
      buildbot: there.logMibPerSecond,
      budget: {
        words: 'limited by the worker',
        kept: here.logMibPerSecond >= there.logMibPerSecond,
      },
    })
  }
}
process.exit(0)
