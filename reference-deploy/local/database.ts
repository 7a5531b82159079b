import { DatabaseSync } from 'node:sqlite';
import { EmbeddedError } from './error.js';

const SCHEMA_VERSION = 1;

/** Bodies stay out of the rows that receiving rewrites and out of every index. */
const SCHEMA = `
  CREATE TABLE owners (
    owner_id INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL
  );
  CREATE TABLE queues (
    queue_id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    dead_letter INTEGER NOT NULL
  );
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id INTEGER NOT NULL REFERENCES queues,
    message_id TEXT NOT NULL,
    sent_ms INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receive_count INTEGER NOT NULL,
    first_received_ms INTEGER,
    owner_id INTEGER,
    source_arn TEXT
  );
  CREATE INDEX messages_by_visibility ON messages (queue_id, visible_at);
  CREATE INDEX messages_claimed ON messages (owner_id) WHERE owner_id IS NOT NULL;
  CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    attributes TEXT
  );
  CREATE TABLE send_log (
    topic TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (topic, message_id)
  ) WITHOUT ROWID;
  CREATE TABLE buffer (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL,
    owner_id INTEGER,
    claimed_until INTEGER
  );
  CREATE INDEX buffer_waiting ON buffer (seq, bytes, arrived_ms) WHERE owner_id IS NULL;
  CREATE INDEX buffer_claimed ON buffer (owner_id) WHERE owner_id IS NOT NULL;
  CREATE TABLE buffer_data (
    seq INTEGER PRIMARY KEY,
    data BLOB NOT NULL
  );
`;

/**
 * Opens (or creates) the SQLite file that holds the queues, the send log and the Firehose buffer. Several processes
 * may have it open.
 *
 * Every commit survives the end of the process. Power failure may take back the last commits, in their order, but
 * none up to one made with {@link inDurableTransaction}. For what moves between queue and buffer that is harmless: a
 * message that comes back is a copy, and whatever is archived or in RAW was synced before it left here.
 *
 * @throws {EmbeddedError} `QUEUE_STORE_VERSION` when a newer version of lean-ops wrote the file.
 */
export function openQueueDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 60_000 });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    // Most rows live for seconds: what is deleted before the log is folded into the file is never written there.
    database.exec('PRAGMA wal_autocheckpoint = 16384; PRAGMA cache_size = -32768;');
    inTransaction(database, () => {
      const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
      if (row.user_version === 0) {
        database.exec(SCHEMA);
        database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
      } else if (row.user_version > SCHEMA_VERSION) {
        throw new EmbeddedError(
          `the queue store ${path} has version ${row.user_version}, this lean-ops reads up to ${SCHEMA_VERSION}: use a newer lean-ops`,
          { code: 'QUEUE_STORE_VERSION', context: { path, version: row.user_version } },
        );
      }
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs synchronous work as one write transaction: all of it is kept, or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  // IMMEDIATE takes the write lock at once; a lock upgraded half-way fails without waiting for its turn.
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** The same, and on disk when it returns: for what nobody could send again. */
export function inDurableTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('PRAGMA synchronous = FULL');
  try {
    return inTransaction(database, work);
  } finally {
    database.exec('PRAGMA synchronous = NORMAL');
  }
}
