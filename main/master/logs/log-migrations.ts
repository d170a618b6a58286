import type { Migration } from '../db/migrate.ts'

/** The schema of logs.sqlite. It is versioned apart from history.sqlite. */
export const LOG_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    up(db) {
      db.exec(`
        -- What is committed of a log. The id is that of history.sqlite.
        CREATE TABLE logs (
          id INTEGER PRIMARY KEY, line_count INTEGER NOT NULL, byte_count INTEGER NOT NULL,
          complete INTEGER NOT NULL
        ) STRICT;
        -- A chunk never changes once it is full; only a log's last chunk is replaced while it grows.
        -- first_line counts the lines that start before the chunk, line_count those that start in it.
        -- segments is JSON: [[stream, bytes, ms after at], ...]. codec 1 is zstd.
        CREATE TABLE chunks (
          log_id INTEGER NOT NULL, seq INTEGER NOT NULL,
          first_line INTEGER NOT NULL, line_count INTEGER NOT NULL,
          first_byte INTEGER NOT NULL, byte_count INTEGER NOT NULL,
          at INTEGER NOT NULL, segments TEXT NOT NULL, codec INTEGER NOT NULL, data BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX chunks_in_order ON chunks (log_id, seq);
        CREATE INDEX chunks_by_byte ON chunks (log_id, first_byte);
        -- Chunks in which no line starts (the middle of a very long line) are not in it.
        CREATE INDEX chunks_by_line ON chunks (log_id, first_line) WHERE line_count > 0;
      `)
    },
  },
  {
    // A master that was killed goes on with the builds of its slaves. How much a log holds of
    // each of their streams must then be known to the byte.
    version: 2,
    up(db) {
      db.exec(`
        -- While a log grows: JSON, {"SOURCE:STREAM": bytes, ...}. See log-marks.ts.
        ALTER TABLE logs ADD COLUMN marks TEXT;
      `)
    },
  },
]
