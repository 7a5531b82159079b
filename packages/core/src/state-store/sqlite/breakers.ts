import type { DatabaseSync } from 'node:sqlite';
import type { BreakerRow, BreakerState, BreakerStore, OutcomeCounts } from '../../ports/breaker-store.js';
import { forgottenBefore, mayReplace } from '../breaker-rules.js';
import type { Transact } from './transact.js';

interface BreakerTableRow {
  scope: string;
  state: BreakerState;
  override: 'open' | 'closed' | null;
  reason: string | null;
  changed_at: bigint;
  trips: bigint;
  next_probe_at: bigint | null;
  mapping_held: bigint;
  token: bigint;
  revision: bigint;
}

interface CountsRow {
  topic: string;
  minute: number;
  messages: number;
  failures: number;
  sink_failures: number;
  accepted: number;
}

const ADD = `
INSERT INTO breaker_counts VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (minute, topic) DO UPDATE SET
  messages = messages + excluded.messages,
  failures = failures + excluded.failures,
  sink_failures = sink_failures + excluded.sink_failures,
  accepted = accepted + excluded.accepted`;

export function sqliteBreakerStore(database: DatabaseSync, transact: Transact): BreakerStore {
  const select = database.prepare('SELECT * FROM breakers WHERE scope = ?');
  const selectAll = database.prepare('SELECT * FROM breakers ORDER BY scope');
  select.setReadBigInts(true);
  selectAll.setReadBigInts(true);
  const replace = database.prepare('INSERT OR REPLACE INTO breakers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const add = database.prepare(ADD);
  const forget = database.prepare('DELETE FROM breaker_counts WHERE minute < ?');
  const selectCounts = database.prepare(
    'SELECT * FROM breaker_counts WHERE minute >= ? ORDER BY minute, topic',
  );
  const find = (scope: string): BreakerRow | null => {
    const row = select.get(scope) as BreakerTableRow | undefined;
    return row === undefined ? null : breakerOf(row);
  };
  return {
    async get(scope) {
      return find(scope);
    },
    async list() {
      return (selectAll.all() as unknown as BreakerTableRow[]).map(breakerOf);
    },
    async save(row) {
      return transact(() => {
        if (!mayReplace(find(row.scope), row)) return null;
        const saved = { ...row, revision: row.revision + 1 };
        replace.run(...parametersOf(saved));
        return saved;
      });
    },
    async count({ topic, minute, messages, failures, accepted, sinkFailures }) {
      transact(() => {
        add.run(topic, minute, messages, failures, sinkFailures, accepted);
        forget.run(forgottenBefore(minute));
      });
    },
    async counts(since) {
      return (selectCounts.all(since) as unknown as CountsRow[]).map(countsOf);
    },
  };
}

function parametersOf(row: BreakerRow): (string | number | bigint | null)[] {
  return [
    row.scope,
    row.state,
    row.override,
    row.reason,
    row.changedAt,
    row.trips,
    row.nextProbeAt,
    row.mappingHeld ? 1 : 0,
    row.token,
    row.revision,
  ];
}

function breakerOf(row: BreakerTableRow): BreakerRow {
  return {
    scope: row.scope,
    state: row.state,
    override: row.override,
    reason: row.reason,
    changedAt: Number(row.changed_at),
    trips: Number(row.trips),
    nextProbeAt: row.next_probe_at === null ? null : Number(row.next_probe_at),
    mappingHeld: row.mapping_held === 1n,
    token: row.token,
    revision: Number(row.revision),
  };
}

function countsOf(row: CountsRow): OutcomeCounts {
  const { topic, minute, messages, failures, accepted } = row;
  return { topic, minute, messages, failures, accepted, sinkFailures: row.sink_failures };
}
