/** "lops": marks the file as one of ours (SQLite's `application_id`). */
export const APPLICATION_ID = 0x6c6f7073;

/** Rows that are only ever looked up whole are kept as JSON; what is filtered, ordered or exact has its column. */
const FIRST_LAYOUT = `
CREATE TABLE topics (
  topic TEXT PRIMARY KEY,
  queue_topic TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE contracts (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  version TEXT NOT NULL,
  document TEXT NOT NULL,
  UNIQUE (topic, version)
) STRICT;

CREATE TABLE checkpoints (
  topic TEXT NOT NULL,
  layer TEXT NOT NULL,
  source_table TEXT NOT NULL,
  snapshot_id INTEGER NOT NULL,
  sequence_number INTEGER NOT NULL,
  committed_at INTEGER NOT NULL,
  PRIMARY KEY (topic, layer)
) STRICT;

-- A row stays when its lease is released or expires, because token is the highest ever given.
CREATE TABLE leases (
  resource TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  token INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tracked_errors (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  topic TEXT NOT NULL,
  sqs_message_id TEXT NOT NULL,
  error_class TEXT NOT NULL,
  error_code TEXT NOT NULL,
  error_message TEXT NOT NULL,
  archive_key TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  replays INTEGER NOT NULL
) STRICT;
CREATE INDEX tracked_errors_by_time ON tracked_errors (first_seen_at, id);

-- A removed entry keeps its id, without its row: the same fact is not taken again.
CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  ops_table TEXT NOT NULL,
  id TEXT NOT NULL,
  row TEXT,
  UNIQUE (ops_table, id)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (ops_table, sequence) WHERE row IS NOT NULL;
`;

/** Who gave a tracked message its status, when and why. */
const STATUS_CHANGES = `
ALTER TABLE tracked_errors ADD COLUMN changed_at INTEGER;
ALTER TABLE tracked_errors ADD COLUMN changed_by TEXT;
ALTER TABLE tracked_errors ADD COLUMN change_reason TEXT;
`;

/** Circuit breakers, and what became of each topic's messages by minute. */
const BREAKERS = `
CREATE TABLE breakers (
  scope TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  override TEXT,
  reason TEXT,
  changed_at INTEGER NOT NULL,
  trips INTEGER NOT NULL,
  next_probe_at INTEGER,
  mapping_held INTEGER NOT NULL,
  token INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE breaker_counts (
  topic TEXT NOT NULL,
  minute INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  sink_failures INTEGER NOT NULL,
  PRIMARY KEY (minute, topic)
) STRICT;
`;

/** What the sink took of a minute's messages: what was rejected was never offered to it. */
const ACCEPTED = `
ALTER TABLE breaker_counts ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
`;

/** How far what takes several steps got. The revision of a journal is its position, which is never given twice. */
const JOURNALS = `
CREATE TABLE journals (
  revision INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL
) STRICT;
`;

/** When a topic last had a round that left nothing to do. */
const ROUNDS = `
CREATE TABLE rounds (
  topic TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL
) STRICT;
`;

/** The step at position n takes a file from version n to n + 1; a new file takes all of them. */
export const MIGRATIONS: readonly string[] = [
  FIRST_LAYOUT,
  STATUS_CHANGES,
  BREAKERS,
  ACCEPTED,
  JOURNALS,
  ROUNDS,
];

/** Version of the layout that they make; written to the file's `user_version`. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;
