import type { DatabaseSync } from 'node:sqlite';
import type {
  ArchiveKind,
  ErrorTracker,
  TrackedError,
  TrackedErrorFilter,
  TrackedStatus,
} from '../../ports/state-store.js';
import { trackedErrorNotFound } from '../rules.js';
import type { Transact } from './transact.js';

interface TrackedErrorRow {
  id: string;
  kind: ArchiveKind;
  topic: string;
  sqs_message_id: string;
  error_class: string;
  error_code: string;
  error_message: string;
  archive_key: string;
  first_seen_at: number;
  status: TrackedStatus;
  replays: number;
  changed_at: number | null;
  changed_by: string | null;
  change_reason: string | null;
}

/** Rows per page of a listing: no statement stays open while the caller looks at one. */
const PAGE = 200;

const FILTERED_PAGE = `
SELECT * FROM tracked_errors
WHERE (first_seen_at, id) > (:afterTime, :afterId)
  AND (:topic IS NULL OR topic = :topic)
  AND (:kind IS NULL OR kind = :kind)
  AND (:status IS NULL OR status = :status)
  AND (:errorClass IS NULL OR error_class = :errorClass)
  AND (:since IS NULL OR first_seen_at >= :since)
  AND (:until IS NULL OR first_seen_at <= :until)
ORDER BY first_seen_at, id
LIMIT ${PAGE}`;

const CHANGE_STATUS = `
UPDATE tracked_errors SET status = ?, replays = ?, changed_at = ?, changed_by = ?, change_reason = ?
WHERE id = ? AND status = ? AND replays = ?`;

export function sqliteErrorTracker(database: DatabaseSync, transact: Transact): ErrorTracker {
  const insert = database.prepare(
    'INSERT INTO tracked_errors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  );
  const select = database.prepare('SELECT * FROM tracked_errors WHERE id = ?');
  const update = database.prepare(CHANGE_STATUS);
  const page = database.prepare(FILTERED_PAGE);
  return {
    async record(error) {
      return transact(() => insert.run(...parametersOf(error)).changes === 1);
    },
    async get(id) {
      const row = select.get(id) as TrackedErrorRow | undefined;
      return row === undefined ? null : trackedErrorOf(row);
    },
    async *list(filter: TrackedErrorFilter = {}) {
      const {
        topic = null,
        kind = null,
        status = null,
        errorClass = null,
        since = null,
        until = null,
      } = filter;
      let afterTime = Number.MIN_SAFE_INTEGER;
      let afterId = '';
      for (;;) {
        const bound = { afterTime, afterId, topic, kind, status, errorClass, since, until };
        const rows = page.all(bound) as unknown as TrackedErrorRow[];
        for (const row of rows) yield trackedErrorOf(row);
        const last = rows.at(-1);
        if (last === undefined || rows.length < PAGE) return;
        afterTime = last.first_seen_at;
        afterId = last.id;
      }
    },
    async changeStatus(id, { from, to, change }) {
      const { at, by, reason } = change;
      const set = [to.status, to.replays, at, by, reason];
      return transact(() => {
        if (update.run(...set, id, from.status, from.replays).changes === 1) return true;
        if (select.get(id) === undefined) throw trackedErrorNotFound(id);
        return false;
      });
    },
  };
}

function parametersOf(error: TrackedError): (string | number | null)[] {
  return [
    error.id,
    error.kind,
    error.topic,
    error.sqsMessageId,
    error.errorClass,
    error.errorCode,
    error.errorMessage,
    error.archiveKey,
    error.firstSeenAt,
    error.status,
    error.replays,
    error.lastChange?.at ?? null,
    error.lastChange?.by ?? null,
    error.lastChange?.reason ?? null,
  ];
}

function trackedErrorOf(row: TrackedErrorRow): TrackedError {
  return {
    id: row.id,
    kind: row.kind,
    topic: row.topic,
    sqsMessageId: row.sqs_message_id,
    errorClass: row.error_class,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    archiveKey: row.archive_key,
    firstSeenAt: row.first_seen_at,
    status: row.status,
    replays: row.replays,
    lastChange:
      row.changed_at === null || row.changed_by === null
        ? null
        : { at: row.changed_at, by: row.changed_by, reason: row.change_reason },
  };
}
