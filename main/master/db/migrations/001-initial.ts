import type { Migration } from '../migrate.ts'

/**
 * The first schema of history.sqlite.
 *
 * Moments are ms since the epoch. Lists and maps are JSON texts. Names of
 * builders and slaves have rows of their own, because history outlives the
 * configuration that named them.
 */
export const initial: Migration = {
  version: 1,
  up(db) {
    db.exec(`
      -- One row for each time a master had this directory. Claims name their run,
      -- so that the next run knows which builds were cut short.
      CREATE TABLE runs (
        id INTEGER PRIMARY KEY, version TEXT NOT NULL, shell TEXT NOT NULL,
        started_at INTEGER NOT NULL, ended_at INTEGER, ending TEXT
      ) STRICT;

      CREATE TABLE projects (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, repository TEXT NOT NULL,
        branches TEXT NOT NULL, active INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE builders (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, project TEXT NOT NULL,
        description TEXT NOT NULL, tags TEXT NOT NULL, slaves TEXT NOT NULL,
        active INTEGER NOT NULL, position INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE slaves (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        tags TEXT NOT NULL, max_builds INTEGER NOT NULL, active INTEGER NOT NULL,
        paused TEXT, info TEXT NOT NULL, last_seen_at INTEGER
      ) STRICT;

      CREATE TABLE changes (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL, repository TEXT NOT NULL,
        branch TEXT NOT NULL, revision TEXT NOT NULL, who TEXT NOT NULL, comments TEXT NOT NULL,
        files TEXT NOT NULL, category TEXT, at INTEGER NOT NULL, received_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX changes_by_revision ON changes (project, revision);
      -- The newest revision that was seen of each branch.
      CREATE TABLE source_tips (
        project TEXT NOT NULL, branch TEXT NOT NULL, revision TEXT NOT NULL, seen_at INTEGER NOT NULL,
        PRIMARY KEY (project, branch)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE sourcestamps (
        id INTEGER PRIMARY KEY, project TEXT NOT NULL, repository TEXT NOT NULL, branch TEXT, revision TEXT
      ) STRICT;
      CREATE UNIQUE INDEX sourcestamps_by_content
        ON sourcestamps (project, repository, ifnull(branch, ''), ifnull(revision, ''));

      CREATE TABLE buildsets (
        id INTEGER PRIMARY KEY AUTOINCREMENT, reason TEXT NOT NULL, scheduler TEXT NOT NULL,
        sourcestamp_id INTEGER NOT NULL REFERENCES sourcestamps,
        submitted_at INTEGER NOT NULL, complete_at INTEGER, results INTEGER
      ) STRICT;
      CREATE TABLE buildset_changes (
        buildset_id INTEGER NOT NULL REFERENCES buildsets, change_id INTEGER NOT NULL REFERENCES changes,
        PRIMARY KEY (buildset_id, change_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX buildset_changes_by_change ON buildset_changes (change_id);
      CREATE TABLE buildset_properties (
        buildset_id INTEGER NOT NULL REFERENCES buildsets, name TEXT NOT NULL,
        value TEXT NOT NULL, source TEXT NOT NULL,
        PRIMARY KEY (buildset_id, name)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE build_requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT, buildset_id INTEGER NOT NULL REFERENCES buildsets,
        builder_id INTEGER NOT NULL REFERENCES builders, priority INTEGER NOT NULL,
        submitted_at INTEGER NOT NULL, claimed_at INTEGER, claimed_by INTEGER REFERENCES runs,
        complete_at INTEGER, results INTEGER, collapsed_into INTEGER REFERENCES build_requests
      ) STRICT;
      -- The queue: what is not complete, for each builder in the order in which it is served.
      CREATE INDEX build_requests_open ON build_requests (builder_id, claimed_at, priority DESC, id)
        WHERE complete_at IS NULL;
      CREATE INDEX build_requests_by_buildset ON build_requests (buildset_id);
      CREATE INDEX build_requests_collapsed ON build_requests (collapsed_into) WHERE collapsed_into IS NOT NULL;

      CREATE TABLE builds (
        id INTEGER PRIMARY KEY AUTOINCREMENT, builder_id INTEGER NOT NULL REFERENCES builders,
        number INTEGER NOT NULL, request_id INTEGER NOT NULL REFERENCES build_requests,
        slave_id INTEGER NOT NULL REFERENCES slaves, run_id INTEGER NOT NULL REFERENCES runs,
        revision TEXT, started_at INTEGER NOT NULL, complete_at INTEGER, results INTEGER,
        state_string TEXT NOT NULL,
        UNIQUE (builder_id, number)
      ) STRICT;
      CREATE INDEX builds_by_request ON builds (request_id);
      CREATE INDEX builds_by_start ON builds (started_at);
      CREATE INDEX builds_running ON builds (id) WHERE complete_at IS NULL;
      CREATE TABLE build_properties (
        build_id INTEGER NOT NULL REFERENCES builds, name TEXT NOT NULL,
        value TEXT NOT NULL, source TEXT NOT NULL,
        PRIMARY KEY (build_id, name)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE steps (
        id INTEGER PRIMARY KEY AUTOINCREMENT, build_id INTEGER NOT NULL REFERENCES builds,
        number INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
        started_at INTEGER NOT NULL, complete_at INTEGER, results INTEGER,
        state_string TEXT NOT NULL, hidden INTEGER NOT NULL,
        tests_passed INTEGER, tests_failed INTEGER, tests_skipped INTEGER,
        UNIQUE (build_id, number)
      ) STRICT;
      CREATE INDEX steps_running ON steps (id) WHERE complete_at IS NULL;
      CREATE TABLE test_results (
        id INTEGER PRIMARY KEY, step_id INTEGER NOT NULL REFERENCES steps, suite TEXT NOT NULL,
        name TEXT NOT NULL, outcome TEXT NOT NULL, duration_ms REAL, message TEXT NOT NULL
      ) STRICT;
      CREATE INDEX test_results_by_step ON test_results (step_id);

      -- The lines themselves are in logs.sqlite; counts come here when a log is complete.
      CREATE TABLE logs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, step_id INTEGER NOT NULL REFERENCES steps,
        name TEXT NOT NULL, kind TEXT NOT NULL, line_count INTEGER NOT NULL, byte_count INTEGER NOT NULL,
        complete INTEGER NOT NULL,
        UNIQUE (step_id, name)
      ) STRICT;
      CREATE INDEX logs_growing ON logs (id) WHERE complete = 0;

      -- The bytes are in artifacts/, named by their hash.
      CREATE TABLE artifacts (
        build_id INTEGER NOT NULL REFERENCES builds, path TEXT NOT NULL,
        size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
        PRIMARY KEY (build_id, path)
      ) STRICT, WITHOUT ROWID;

      -- Changes that a scheduler holds until its tree is stable.
      CREATE TABLE scheduler_changes (
        scheduler TEXT NOT NULL, change_id INTEGER NOT NULL REFERENCES changes,
        PRIMARY KEY (scheduler, change_id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE scheduler_state (
        scheduler TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (scheduler, key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
        subject TEXT NOT NULL, detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX events_by_time ON events (at);
    `)
  },
}
