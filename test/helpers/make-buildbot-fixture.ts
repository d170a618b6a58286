// Makes test/fixtures/buildbot/state.sqlite.zst from a run of Debian's Buildbot:
//   node test/helpers/make-buildbot-fixture.ts [FOLDER OF A MASTER]
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { constants, zstdCompressSync } from 'node:zlib'
import { makeBuildbotHistory } from './buildbot-history.ts'

// Its folder stands in the logs.
const FOLDER = '/tmp/buildbot'
const target = join(import.meta.dirname, '../fixtures/buildbot')
const master = process.argv[2] ?? (await makeBuildbotHistory(FOLDER))
const work = mkdtempSync(join(tmpdir(), 'triphammer-fixture-'))
for (const end of ['', '-wal'])
  if (existsSync(join(master, `state.sqlite${end}`)))
    cpSync(join(master, `state.sqlite${end}`), join(work, `state.sqlite${end}`))
const db = new DatabaseSync(join(work, 'state.sqlite'))
// The name of the machine is nobody's business.
db.exec(`PRAGMA journal_mode=DELETE; UPDATE masters SET name = 'desk:${FOLDER}/master'; VACUUM`)
db.close()
mkdirSync(target, { recursive: true })
const best = { params: { [constants.ZSTD_c_compressionLevel]: 19 } }
const packed = zstdCompressSync(readFileSync(join(work, 'state.sqlite')), best)
writeFileSync(join(target, 'state.sqlite.zst'), packed)
rmSync(work, { recursive: true })
process.stdout.write(`${packed.length} bytes\n`)
