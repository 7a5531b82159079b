import type { Envelope, TopicContract } from '@lean-ops/core';
import { expect, test } from 'vitest';
import { JsonDocuments, randomFrom } from './json-documents.js';
import { CONTRACT, envelope, PARSE_ERRORS, STANDARDIZED, World } from './support/world.js';

const SEEDS = process.env['LEAN_OPS_TEST'] === 'full' ? 1_000 : 15;
const FIRST_SEED = Number(process.env['LEAN_OPS_SEED'] ?? 1);

/** Everything that two commits leave behind and that names no run. */
async function outcome(
  parts: readonly (readonly Envelope[])[],
  contract: TopicContract | null,
  cacheBytes: number,
): Promise<unknown> {
  const world = new World();
  for (const part of parts) {
    await world.receive(part);
    await world.standardize({ contract, cacheBytes });
  }
  const table = await world.catalog.loadTable(STANDARDIZED);
  const drift = await world.state.outbox.peek('drift_log', 100_000);
  const byKey = async (identifier: typeof STANDARDIZED, key: string): Promise<unknown> =>
    (await world.rows(identifier))
      .map(({ _source_snapshot_id: _, ...row }) => row)
      .toSorted((left, right) => (String(left[key]) < String(right[key]) ? -1 : 1));
  return {
    columns: table.schema().fields.map(({ name, doc }) => `${name} ${doc}`),
    paths: table.properties['lean-ops.column-paths'],
    drift: drift
      .map(({ row }) =>
        ['kind', 'column_name', 'path', 'count', 'sample'].map((field) => String(row[field])).join(' '),
      )
      .sort(),
    rows: await byKey(STANDARDIZED, '_merge_key'),
    errors: await byKey(PARSE_ERRORS, '_error_id'),
  };
}

/** Copies, corrections and faults of documents of all kinds, in two parts. */
function received(seed: number): Envelope[][] {
  const random = randomFrom(seed);
  const documents = new JsonDocuments(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const made: string[] = [];
  return [0, 1].map(() =>
    Array.from({ length: 1 + below(60) }, (_, index) => {
      const again = made.length > 0 && random() < 0.3;
      const json = again ? made[below(made.length)]! : documents.next().toString('utf8');
      made.push(json);
      return envelope({
        message_id: `m${below(80)}`,
        sqs_message_id: `s${index}`,
        idempotency_key: random() < 0.1 ? null : `k${below(20)}`,
        publish_time_source: random() < 0.8 ? 'producer' : 'sqs',
        sent: 1000 + below(30),
        received: 2000 + below(30),
        json,
      });
    }),
  );
}

function contractOf(seed: number): TopicContract | null {
  const random = randomFrom(seed ^ 0x5bd1e995);
  if (random() < 0.3) return null;
  return {
    ...CONTRACT,
    columns:
      random() < 0.5
        ? {}
        : {
            a: { type: 'string' },
            user: { type: 'string', path: '$.userId' },
            deep: { type: 'string', path: '$.b.a' },
          },
    ...(random() < 0.3 ? { key: '$.a' } : {}),
    ...(random() < 0.3 ? { orderBy: ['$.b', 'publish_time'] } : {}),
    flatten: {
      maxDepth: 2 + Math.floor(random() * 3),
      maxColumns: random() < 0.5 ? 1 + Math.floor(random() * 30) : 2_000,
    },
  };
}

test.each(Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index))(
  'documents of seed %i end in the same tables and log whether values are kept or read again',
  async (seed) => {
    const [parts, contract] = [received(seed), contractOf(seed)];
    expect(await outcome(parts, contract, 1 << 30)).toEqual(await outcome(parts, contract, 0));
  },
);
