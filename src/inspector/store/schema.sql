-- The project file, version 3. Facts and decisions; everything that can be rebuilt is elsewhere.
-- What the project remembers: one JSON document per key of records.py.
CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a file. A file that is gone keeps its row (missing = 1), so its decisions can come back.
-- `changed` is the sample revision in which a row changed last: tables in memory are patched by it.
CREATE TABLE IF NOT EXISTS sample (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  split TEXT NOT NULL,
  label TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  missing INTEGER NOT NULL DEFAULT 0,
  seen INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  sha256 BLOB,
  format TEXT NOT NULL DEFAULT '',
  mode TEXT NOT NULL DEFAULT '',
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  orientation INTEGER NOT NULL DEFAULT 1,
  captured TEXT NOT NULL DEFAULT '',
  camera TEXT NOT NULL DEFAULT '',
  flags INTEGER NOT NULL DEFAULT 0,
  brightness REAL NOT NULL DEFAULT 0,
  contrast REAL NOT NULL DEFAULT 0,
  sharpness REAL NOT NULL DEFAULT 0,
  entropy REAL NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS sample_path ON sample (path) WHERE missing = 0;
CREATE INDEX IF NOT EXISTS sample_sha256 ON sample (sha256) WHERE sha256 IS NOT NULL;

-- Likeness of one run: sets of equal pictures, and pairs between their representatives.
CREATE TABLE IF NOT EXISTS equal_set (
  sample INTEGER PRIMARY KEY, representative INTEGER NOT NULL, kind TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pair (
  a INTEGER NOT NULL, b INTEGER NOT NULL, transform INTEGER NOT NULL, similarity REAL NOT NULL,
  PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- What a person decided, as it stands now, and the log that made it so.
CREATE TABLE IF NOT EXISTS decision (
  sample INTEGER PRIMARY KEY, mark TEXT NOT NULL DEFAULT '', label TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '', bound INTEGER NOT NULL DEFAULT 0,
  reviewed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS not_alike (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operation (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, verb TEXT NOT NULL, text TEXT NOT NULL,
  undoes INTEGER, undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS change (
  operation INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
  field TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS change_operation ON change (operation);

-- The split that was locked last: every file by place, content and side.
CREATE TABLE IF NOT EXISTS lock (
  path TEXT PRIMARY KEY, sha256 BLOB NOT NULL, side TEXT NOT NULL
) WITHOUT ROWID;
