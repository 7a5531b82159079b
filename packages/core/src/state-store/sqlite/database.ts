import { DatabaseSync } from 'node:sqlite';
import { CoreError } from '../../error.js';
import type { Sleep } from '../../ports/runtime.js';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.js';

// SQLite result codes (low byte): https://www.sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const NOT_A_DATABASE = 26;
const CORRUPT = 11;
const CANNOT_OPEN = 14;
const READ_ONLY = 8;

export interface DatabaseOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly sleep: Sleep;
}

/** Opens or creates the file, and refuses one that is not ours or is from a newer version. */
export async function openDatabase(options: DatabaseOptions): Promise<DatabaseSync> {
  const { path, busyTimeoutMs, sleep } = options;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${Math.trunc(busyTimeoutMs)}`);
    checkOwnership(database, path);
    await switchToWal(database, sleep);
    // FULL: a lease token that was given must survive a power cut, or it would be given twice.
    database.exec('PRAGMA synchronous = FULL');
    migrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw asCoreError(error, path);
  }
}

/** Runs one write transaction; everything in it happens, or nothing. The function must not await. */
export function inTransaction<T>(database: DatabaseSync, path: string, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  } catch (error) {
    throw asCoreError(error, path);
  }
}

function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
  return row[name]!;
}

function checkOwnership(database: DatabaseSync, path: string): void {
  const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table'").get();
  if ((tables as { tables: number }).tables === 0) return;
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    throw new CoreError(
      `${path} is a SQLite database of another program: give the state store a file of its own`,
      { code: 'STATE_STORE_UNREADABLE', context: { path } },
    );
  }
}

function migrate(database: DatabaseSync, path: string): void {
  inTransaction(database, path, () => {
    const version = pragma(database, 'user_version');
    if (version > SCHEMA_VERSION) {
      throw new CoreError(
        `state store ${path} has schema version ${version}, and this release knows versions up to ${SCHEMA_VERSION}: use the release that wrote it, or a newer one`,
        { code: 'STATE_STORE_VERSION', context: { path, version, supported: SCHEMA_VERSION } },
      );
    }
    if (version === SCHEMA_VERSION) return;
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/**
 * Two processes that open a new file at once: the switch to WAL needs the file alone, and SQLite reports
 * busy there without consulting the busy timeout.
 */
async function switchToWal(database: DatabaseSync, sleep: Sleep): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (resultCode(error) !== BUSY || attempt === 200) throw error;
      await sleep(25);
    }
  }
}

function resultCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : null;
}

function asCoreError(error: unknown, path: string): unknown {
  const result = resultCode(error);
  if (result === BUSY || result === LOCKED) {
    return new CoreError(
      `state store ${path} stayed locked by another process past the busy timeout: try again`,
      { code: 'STATE_STORE_BUSY', retryable: true, context: { path }, cause: error },
    );
  }
  if (result === NOT_A_DATABASE || result === CORRUPT || result === CANNOT_OPEN || result === READ_ONLY) {
    return new CoreError(
      `state store ${path} cannot be used (${(error as Error).message}): check that the folder exists, that both may be written, and that the file is a state store`,
      { code: 'STATE_STORE_UNREADABLE', context: { path }, cause: error },
    );
  }
  return error;
}
