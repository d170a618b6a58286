import type { Migration } from '../migrate.ts'

/** How the machines of slaves fared, thinned: a point for every five minutes, for a month. */
export const vitals: Migration = {
  version: 10,
  // Only what is added beside.
  oldestReader: 8,
  up(db) {
    db.exec(`
      -- Means of load and processor, the most of memory, the least of disk, of so many reports.
      CREATE TABLE slave_vitals (
        at INTEGER NOT NULL, slave_id INTEGER NOT NULL REFERENCES slaves, reports INTEGER NOT NULL,
        load REAL, cpu_percent REAL, cpu_most REAL, memory_used INTEGER, memory_total INTEGER, disk_free INTEGER,
        PRIMARY KEY (at, slave_id)
      ) STRICT, WITHOUT ROWID;
    `)
  },
}
