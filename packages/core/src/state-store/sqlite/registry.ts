import type { DatabaseSync } from 'node:sqlite';
import type { TopicContract } from '../../contract/contract.js';
import type {
  Checkpoint,
  CheckpointStore,
  ContractStore,
  Layer,
  RoundStore,
  TopicRegistry,
  TopicRow,
} from '../../ports/state-store.js';
import { checkCollision, checkSameContract, checkTopicRow, completeRow, isSameRow } from '../rules.js';
import type { Transact } from './transact.js';

interface DocumentRow {
  document: string;
}

export function sqliteTopicRegistry(database: DatabaseSync, transact: Transact): TopicRegistry {
  const select = database.prepare('SELECT queue_topic, document FROM topics WHERE topic = ?');
  const selectAll = database.prepare('SELECT document FROM topics ORDER BY topic');
  const upsert = database.prepare(
    `INSERT INTO topics (topic, queue_topic, document) VALUES (?, ?, ?)
     ON CONFLICT (topic) DO UPDATE SET queue_topic = excluded.queue_topic, document = excluded.document`,
  );
  const remove = database.prepare('DELETE FROM topics WHERE topic = ?');
  return {
    async put(row) {
      checkTopicRow(row);
      transact(() => {
        const registered = select.get(row.topic) as { queue_topic: string } | undefined;
        checkCollision(row, registered?.queue_topic);
        upsert.run(row.topic, row.queueTopic, JSON.stringify(row));
      });
    },
    async replace(before, after) {
      checkTopicRow(after);
      return transact(() => {
        const stored = select.get(after.topic) as (DocumentRow & { queue_topic: string }) | undefined;
        const row = stored === undefined ? null : topicRowOf(stored);
        if (!isSameRow(row, before)) return false;
        checkCollision(after, stored?.queue_topic);
        upsert.run(after.topic, after.queueTopic, JSON.stringify(after));
        return true;
      });
    },
    async get(topic) {
      const row = select.get(topic) as DocumentRow | undefined;
      return row === undefined ? null : topicRowOf(row);
    },
    async list() {
      return (selectAll.all() as unknown as DocumentRow[]).map(topicRowOf);
    },
    async remove(topic) {
      transact(() => remove.run(topic));
    },
  };
}

function topicRowOf({ document }: DocumentRow): TopicRow {
  return completeRow(JSON.parse(document) as TopicRow);
}

export function sqliteContractStore(database: DatabaseSync, transact: Transact): ContractStore {
  const select = database.prepare('SELECT document FROM contracts WHERE topic = ? AND version = ?');
  const selectVersions = database.prepare('SELECT version FROM contracts WHERE topic = ? ORDER BY position');
  const insert = database.prepare('INSERT INTO contracts (topic, version, document) VALUES (?, ?, ?)');
  const find = (topic: string, version: string): TopicContract | null => {
    const row = select.get(topic, version) as DocumentRow | undefined;
    return row === undefined ? null : (JSON.parse(row.document) as TopicContract);
  };
  return {
    async put(contract) {
      transact(() => {
        const stored = find(contract.topic, contract.version);
        if (stored !== null) checkSameContract(contract, stored);
        else insert.run(contract.topic, contract.version, JSON.stringify(contract));
      });
    },
    async get(topic, version) {
      return find(topic, version);
    },
    async versions(topic) {
      return (selectVersions.all(topic) as unknown as { version: string }[]).map((row) => row.version);
    },
  };
}

interface CheckpointRow {
  topic: string;
  layer: Layer;
  source_table: string;
  snapshot_id: bigint;
  sequence_number: bigint;
  committed_at: bigint;
}

export function sqliteCheckpointStore(database: DatabaseSync, transact: Transact): CheckpointStore {
  const select = database.prepare('SELECT * FROM checkpoints WHERE topic = ? AND layer = ?');
  const selectAll = database.prepare('SELECT * FROM checkpoints ORDER BY topic, layer');
  const replace = database.prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?)');
  select.setReadBigInts(true);
  selectAll.setReadBigInts(true);
  return {
    async put(checkpoint) {
      const { topic, layer, sourceTable, snapshotId, sequenceNumber, committedAt } = checkpoint;
      transact(() => replace.run(topic, layer, sourceTable, snapshotId, sequenceNumber, committedAt));
    },
    async get(topic, layer) {
      const row = select.get(topic, layer) as CheckpointRow | undefined;
      return row === undefined ? null : checkpointOf(row);
    },
    async list() {
      return (selectAll.all() as unknown as CheckpointRow[]).map(checkpointOf);
    },
  };
}

function checkpointOf(row: CheckpointRow): Checkpoint {
  return {
    topic: row.topic,
    layer: row.layer,
    sourceTable: row.source_table,
    snapshotId: row.snapshot_id,
    sequenceNumber: row.sequence_number,
    committedAt: Number(row.committed_at),
  };
}

interface RoundRow {
  topic: string;
  started_at: number;
}

export function sqliteRoundStore(database: DatabaseSync, transact: Transact): RoundStore {
  const select = database.prepare('SELECT * FROM rounds WHERE topic = ?');
  const selectAll = database.prepare('SELECT * FROM rounds');
  const replace = database.prepare('INSERT OR REPLACE INTO rounds VALUES (?, ?)');
  return {
    async put(topic, startedAt) {
      transact(() => replace.run(topic, startedAt));
    },
    async get(topic) {
      const row = select.get(topic) as RoundRow | undefined;
      return row?.started_at ?? null;
    },
    async list() {
      const rows = selectAll.all() as unknown as RoundRow[];
      return new Map(rows.map(({ topic, started_at }) => [topic, started_at]));
    },
  };
}
