import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { connectClient } from '../../main/http/client.ts'
import { type Database, openDatabase } from '../../main/master/db/database.ts'
import { createLogReading } from '../../main/master/logs/log-reading.ts'
import type { BuilderId, LogId } from '../../main/master/model.ts'
import { builtCli } from './built-app.ts'
import { later } from './cleanup.ts'
import { temporaryFolder } from './folders.ts'
import { eventually, processesWith } from './processes.ts'
import { createRandom } from './random.ts'
import { makeRepository, type TestRepository } from './repository.ts'
import { type Served, startServing } from './serve.ts'
import { type Acknowledged, nothingAcknowledged, witness } from './witness.ts'

// How often a master is killed in one run of the suite, and how often by the file that kills slaves as well.
const CRASHES = Number(process.env.TRIPHAMMER_CRASHES ?? 200)
const WITH_SLAVES = Math.ceil(CRASHES / 8)
const FILES_WITHOUT = 3
const SEED = Number(process.env.TRIPHAMMER_CRASH_SEED ?? Date.now() % 1_000_000)
// Longest life of a master that is killed: while it starts, and once it is ready.
const STARTING_MS = 350
const READY_MS = 600
// One master in so many is killed while a step writes, however slow the machine is.
const ONE_IN_MID_STEP = 8
// On a busy machine many masters die before they look; they may leave no more than one look shows.
const COMMITS_IN_A_LIFE = 2

const COUNTING = 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "line $i of $BUILD_NUMBER"; done'

// Takes about as long as a master lives, so that many are killed while it writes.
const SLOWLY = COUNTING.replace('done', '[ $((i % 30)) -ne 0 ] || sleep 0.03; done')

const config = (repository: string) => ({
  slaves: [
    { name: 'one', maxBuilds: 2 },
    { name: 'two', maxBuilds: 2 },
  ],
  projects: [{ name: 'calc', repository, poll: '500ms' }],
  builders: [
    {
      name: 'each',
      collapseRequests: false,
      steps: ['git', { shell: 'git log -1 --format=%s', name: 'subject' }],
    },
    { name: 'newest', steps: ['git', { shell: COUNTING, name: 'count' }, { shell: 'exit 0' }] },
    { name: 'asked', steps: [{ shell: SLOWLY, name: 'count' }, { shell: 'sleep 0.05' }] },
  ],
  schedulers: [
    { name: 'each change', kind: 'singleBranch', branch: 'main', builders: ['each'] },
    {
      name: 'when quiet',
      kind: 'anyBranch',
      treeStableTimer: '100ms',
      builders: ['newest'],
    },
  ],
})

/**
 * Kills a master again and again while it works, and compares what it had acknowledged with what is there.
 *
 * @param part Which file of the suite this is, from 1: each has a seed of its own.
 * @param ofSlaves How often a kill ends a slave as well, from 0 to 1.
 */
export function testKills(part: number, ofSlaves = 0): void {
  const crashes = ofSlaves > 0 ? WITH_SLAVES : Math.ceil((CRASHES - WITH_SLAVES) / FILES_WITHOUT)
  const seed = SEED + part
  const whose = ofSlaves > 0 ? ' of master and slaves' : ''
  const title = `nothing that was acknowledged is lost or done twice over ${crashes} kills${whose} (seed ${seed})`
  // What was lost once is lost.
  test(title, { timeout: 600_000, retry: 0 }, async () => {
    const random = createRandom(seed)
    const dataDir = temporaryFolder('crash')
    const cli = builtCli()
    const repository = makeRepository()
    repository.commit('the first')
    writeFileSync(join(dataDir, 'master.yml'), stringify(config(repository.path)))
    const seen = nothingAcknowledged()
    const busy = keepBusy(repository, seen, random)

    for (let crash = 0; crash < crashes; crash++) {
      const master = startServing(dataDir, cli)
      const watching = watchOver(master, seen)
      const inMidStep = crash % ONE_IN_MID_STEP === ONE_IN_MID_STEP - 1
      const whileStarting = !inMidStep && random.chance(0.25)
      if (!whileStarting) busy.use(await master.ready)
      if (inMidStep) await somethingSaid(seen)
      else await pause(random.int(0, whileStarting ? STARTING_MS : READY_MS))
      master.child.kill('SIGKILL')
      expect(await master.exited, master.said()).toEqual({ code: null, signal: 'SIGKILL' })
      busy.use(undefined)
      await watching
      if (random.chance(ofSlaves)) killOneSlave(dataDir, random)
    }
    busy.stop()
    await drain(startServing(dataDir, cli), seen, repository)

    const db = open(join(dataDir, 'history.sqlite'))
    const logs = open(join(dataDir, 'logs.sqlite'))
    expect([db, logs].map(one => one.get('PRAGMA integrity_check')!.integrity_check)).toEqual([
      'ok',
      'ok',
    ])
    expectEachCommitOnce(db, repository)
    expectEachRequestBuiltOnce(db)
    expectHistoryToHold(db, seen)
    expectLogsToHold(db, logs, seen)
    const carried = expectBuildsToBeCarriedOn(db, ofSlaves === 0 && crashes > 30)
    await eventually(() => processesWith(dataDir).length === 0, 'the end of every slave and step')
    console.log(
      `${crashes} kills, ${carried} builds carried on: ${seen.changes.size} changes, ${seen.requests.size} requests, ${seen.builds.size} builds, ` +
        `${seen.steps.size} steps and ${seen.logs.size} logs were acknowledged and are there`,
    )

    async function watchOver(master: Served, seen: Acknowledged) {
      const holder = await master.ready
      if (holder) await witness(holder.socket, seen, random)
    }
  })
}

/** Resolves when a step has written something, or after ten seconds in which none did. */
async function somethingSaid(seen: Acknowledged): Promise<void> {
  const said = () => seen.logs.values().reduce((sum, { byteCount }) => sum + byteCount, 0)
  const before = said()
  for (let tries = 0; said() === before && tries < 1000; tries++) await pause(10)
}

/** Commits and asks for builds all the time, whether a master runs or not. */
function keepBusy(
  repository: TestRepository,
  seen: Acknowledged,
  random: ReturnType<typeof createRandom>,
) {
  let socket: string | undefined
  let on = true
  let mayCommit = COMMITS_IN_A_LIFE
  void commit()
  void force()
  return {
    use(holder: { readonly socket: string } | undefined) {
      socket = holder?.socket
      mayCommit = COMMITS_IN_A_LIFE
    },
    stop() {
      on = false
    },
  }

  async function commit() {
    for (let n = 1; on; n++) {
      await pause(random.int(100, 800))
      if (!on || mayCommit-- <= 0) continue
      repository.commit(`commit ${n}`, { 'file.txt': `${n}\n` })
    }
  }

  async function force() {
    while (on) {
      await pause(random.int(10, 150))
      if (!socket) continue
      const order = { branch: null, revision: null, reason: 'outside', properties: {} }
      const client = connectClient(socket)
      await client
        .request('desk:snapshot')
        .then(({ builders }) => builders.find(one => one.name === 'asked')?.id)
        .then(id => client.request('build:force', { ...order, builderId: id as BuilderId }))
        .then(({ requestId }) => seen.forced.add(requestId))
        // Killed before it answered: nothing was promised.
        .catch(() => {})
    }
  }
}

// The last master is left alone until it has nothing more to do, and stops in order.
async function drain(master: Served, seen: Acknowledged, repository: TestRepository) {
  const holder = (await master.ready)!
  const watching = witness(holder.socket, seen, createRandom(1))
  const client = connectClient(holder.socket)
  const tip = repository.git('rev-parse', 'main')
  await client.request('project:poll', { name: 'calc' })
  for (;;) {
    const { requests, changes } = await client.request('desk:snapshot')
    if (requests.length === 0 && changes[0]?.revision === tip) break
    await pause(100)
  }
  // The tree of the last commit has been quiet for longer than its timer.
  await pause(500)
  for (;;) {
    const { requests } = await client.request('desk:snapshot')
    if (requests.length === 0) break
    await pause(100)
  }
  master.child.kill('SIGTERM')
  expect(await master.exited, master.said()).toEqual({ code: 0, signal: null })
  await watching
}

function expectEachCommitOnce(db: Database, repository: TestRepository) {
  const commits = repository.git('rev-list', '--reverse', 'main').split('\n')
  const changes = db
    .all<{ revision: string }>('SELECT revision FROM changes ORDER BY id')
    .map(one => one.revision)
  // Of what was there when the repository was first seen, only the tip is a change.
  expect(changes).toEqual(commits.slice(commits.indexOf(changes[0]!)))
  // Each scheduler took each change along exactly once.
  const times = db.all(
    `SELECT c.id, (SELECT count(*) FROM buildset_changes WHERE change_id = c.id) AS taken
     FROM changes c WHERE taken <> 2 AND c.id > 1`,
  )
  expect(times).toEqual([])
}

function expectEachRequestBuiltOnce(db: Database) {
  const odd = db.all(
    `SELECT r.id, r.results, r.collapsed_into,
       (SELECT group_concat(b.state_string) FROM builds b WHERE b.request_id = r.id) AS said,
       (SELECT count(*) FROM builds b WHERE b.request_id = r.id AND b.results <> 5) AS built,
       (SELECT count(*) FROM builds b WHERE b.request_id = r.id AND b.complete_at IS NULL) AS running
     FROM build_requests r
     WHERE r.complete_at IS NULL OR running > 0
       OR built <> (CASE WHEN r.collapsed_into IS NULL THEN 1 ELSE 0 END)
       OR (r.collapsed_into IS NULL AND r.results <> 0)`,
  )
  expect(odd).toEqual([])
  const open = ['builds', 'steps', 'buildsets'].map(
    table => db.get(`SELECT count(*) AS n FROM ${table} WHERE complete_at IS NULL`)!.n,
  )
  expect([open, db.get('SELECT count(*) AS n FROM logs WHERE complete = 0')!.n]).toEqual([
    [0, 0, 0],
    0,
  ])
}

function killOneSlave(dataDir: string, random: ReturnType<typeof createRandom>) {
  const slaves = processesWith(dataDir).filter(one => one.command.includes('--basedir'))
  if (slaves.length > 0) process.kill(slaves[random.int(0, slaves.length - 1)]!.pid, 'SIGKILL')
}

/** Builds that outlived their master ended as themselves; what was tried again had lost its slave. */
function expectBuildsToBeCarriedOn(db: Database, atLeastOne: boolean): number {
  const lost = db.all<{ said: string }>('SELECT state_string AS said FROM builds WHERE results = 5')
  const other = lost.filter(({ said }) => !/^slave (lost|died): /.test(said))
  const carried = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM builds b WHERE b.results = 0
       AND EXISTS (SELECT 1 FROM runs r WHERE r.id > b.run_id AND r.started_at < b.complete_at)`,
  )!.n
  expect(other).toEqual([])
  if (atLeastOne) expect(carried).toBeGreaterThan(0)
  return carried
}

function expectHistoryToHold(db: Database, seen: Acknowledged) {
  const lost: unknown[] = []
  const look = (noun: string, sql: string, id: number, expected: Record<string, unknown>) => {
    const row = db.get(sql, id)
    const wrong = Object.entries(expected).filter(([key, value]) => row?.[key] !== value)
    if (wrong.length > 0) lost.push({ noun, id, expected, row })
  }
  for (const { id, revision, who, comments } of seen.changes.values())
    look('change', 'SELECT * FROM changes WHERE id = ?', id, { revision, who, comments })
  for (const id of seen.forced) look('forced', 'SELECT * FROM build_requests WHERE id = ?', id, {})
  for (const one of seen.requests.values())
    look('request', 'SELECT * FROM build_requests WHERE id = ?', one.id, {
      builder_id: one.builderId,
      buildset_id: one.buildsetId,
      ...(one.completeAt !== null && { complete_at: one.completeAt, results: one.results }),
    })
  for (const one of seen.builds.values())
    look('build', 'SELECT * FROM builds WHERE id = ?', one.id, {
      number: one.number,
      request_id: one.requestId,
      started_at: one.startedAt,
      ...ending(one),
    })
  for (const one of seen.steps.values())
    look('step', 'SELECT * FROM steps WHERE id = ?', one.id, {
      build_id: one.buildId,
      name: one.name,
      started_at: one.startedAt,
      ...ending(one),
    })
  expect(lost).toEqual([])
}

function ending(one: { completeAt: number | null; results: unknown; stateString: string }) {
  if (one.completeAt === null) return {}
  return { complete_at: one.completeAt, results: one.results, state_string: one.stateString }
}

function expectLogsToHold(db: Database, logs: Database, seen: Acknowledged) {
  const reading = createLogReading(logs)
  const lost: unknown[] = []
  for (const [id, { byteCount, read }] of seen.logs) {
    const stored = wholeLog(id)
    if (stored.length < byteCount || !stored.subarray(0, read.length).equals(read))
      lost.push({ id, acknowledged: byteCount, stored: stored.length, read: read.length })
  }
  // Of builds that were not cut short, every byte is known.
  const counted = db.all<{ id: LogId; number: number; byte_count: number }>(
    `SELECT l.id, b.number, l.byte_count FROM logs l
     JOIN steps s ON s.id = l.step_id JOIN builds b ON b.id = s.build_id
     WHERE s.name = 'count' AND s.results = 0`,
  )
  for (const { id, number, byte_count } of counted) {
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i + 1} of ${number}\n`).join('')
    const whole = wholeLog(id)
    const output = wholeLog(id, ['stdout'])
    if (digest(output) !== digest(Buffer.from(lines)) || whole.length !== byte_count)
      lost.push({ id, number, stored: output.length, expected: lines.length })
  }
  expect([lost, counted.length > 0]).toEqual([[], true])

  function wholeLog(id: LogId, streams?: readonly ['stdout']): Buffer {
    const parts: Buffer[] = []
    for (let from = 0; ; ) {
      const { bytes, next } = reading.bytes(id, from, streams)
      if (next === from) return Buffer.concat(parts)
      parts.push(bytes)
      from = next
    }
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function open(path: string): Database {
  const db = openDatabase(path)
  later(() => db.close())
  return db
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
