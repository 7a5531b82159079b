import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import { columnPaths, Flattener, isPresent, utf8Column, utf8ColumnOf } from '@lean-ops/curate';
import type { Table } from '@lean-ops/iceberg';
import { normalizeMessage } from '@lean-ops/ingest';
import type { Vector } from 'apache-arrow';
import { ColumnProfile } from './column-profile.js';

/** What rows look like. */
export interface RowProfile {
  readonly rows: number;
  /** Messages without a JSON object as payload. */
  readonly refused: number;
  /** Rows with an idempotency key. */
  readonly withKey: number;
  /** In the order in which they were first seen. */
  readonly columns: readonly ColumnProfile[];
}

/** Messages flattened at a time. */
const BATCH = 1_000;

/** Profiles messages as the processor and Standardized would read them. Memory: a batch, and some values per column. */
export async function profileMessages(
  bodies: AsyncIterable<string>,
  {
    rows: most,
    maxDepth,
    topic,
  }: { readonly rows: number; readonly maxDepth: number; readonly topic: string },
): Promise<RowProfile> {
  const reserved = ENVELOPE_COLUMNS.map(({ name }) => name);
  const profiler = new Profiler();
  const flattener = new Flattener({ maxDepth, reserved, maxColumns: 20_000 });
  let payloads: string[] = [];
  const flush = (): void => {
    const { columns, rowCount, failures } = flattener.flatten(utf8ColumnOf(payloads));
    profiler.rows += rowCount;
    profiler.refused += failures.length;
    for (const { name, path, vector } of columns) profiler.see(name, path, vector);
    payloads = [];
  };
  let seen = 0;
  for await (const body of bodies) {
    if (seen === most) break;
    seen += 1;
    const message = normalizeMessage(asMessage(body, seen), { topic, mode: 'auto', nowMicros: 0n });
    if (!message.ok) {
      profiler.refused += 1;
      continue;
    }
    if (message.envelope.idempotency_key !== null) profiler.withKey += 1;
    payloads.push(message.envelope.json_payload);
    if (payloads.length === BATCH) flush();
  }
  if (payloads.length > 0) flush();
  return profiler.profile();
}

function asMessage(body: string, number: number) {
  return {
    messageId: `sample-${number}`,
    body,
    sentTimestampMs: 0,
    attributes: {},
    receiveCount: 1,
    queueArn: '',
  };
}

/** Profiles columns of a Standardized table, all unless told which, over at most so many of its rows. */
export async function profileTable(
  table: Table,
  most: number,
  isWanted: (path: string) => boolean = () => true,
): Promise<RowProfile> {
  const profiler = new Profiler();
  const paths = columnPaths(table).filter(({ path }) => isWanted(path));
  const columns = [...paths.map(({ name }) => name), 'idempotency_key'];
  if (table.currentSnapshot() === null) return profiler.profile();
  for await (const batch of table.scan({ columns })) {
    const rows = Math.min(batch.numRows, most - profiler.rows);
    profiler.rows += rows;
    const keys = batch.getChild('idempotency_key')!;
    for (let row = 0; row < rows; row++) if (keys.isValid(row)) profiler.withKey += 1;
    for (const { name, path } of paths) profiler.see(name, path, batch.getChild(name)!, rows);
    if (profiler.rows >= most) break;
  }
  return profiler.profile();
}

class Profiler {
  rows = 0;
  refused = 0;
  withKey = 0;
  readonly #columns = new Map<string, ColumnProfile>();

  see(name: string, path: string, vector: Vector, rows = vector.length): void {
    const texts = utf8Column(vector);
    let profile = this.#columns.get(path);
    for (let row = 0; row < rows; row++) {
      if (!isPresent(texts, row)) continue;
      if (profile === undefined) {
        profile = new ColumnProfile(name, path);
        this.#columns.set(path, profile);
      }
      profile.see(
        Buffer.from(texts.data.subarray(texts.offsets[row]!, texts.offsets[row + 1]!)).toString('utf8'),
      );
    }
  }

  profile(): RowProfile {
    const { rows, refused, withKey } = this;
    return { rows, refused, withKey, columns: [...this.#columns.values()] };
  }
}
