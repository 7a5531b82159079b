import type { Envelope, TopicContract } from '@lean-ops/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPayloadHash } from '../src/payload-hash.js';
import { commits, type Schedule, schedule, stream } from './support/arbitraries.js';
import { columnPathsOf } from './support/column-paths.js';
import { model } from './support/model.js';
import { snapshotOf, type TablesSnapshot } from './support/snapshot-of.js';
import { CONTRACT, CURATED, PARSE_ERRORS, STANDARDIZED, World } from './support/world.js';

/** Streams per topic, and how often the rows of each are split and ordered anew: 10,080 splits in all in the long run. */
const STREAMS = process.env['LEAN_OPS_TEST'] === 'full' ? 360 : 2;
const SPLITS = 4;
const SEED = Number(process.env['LEAN_OPS_SEED'] ?? 20_261_123);

const GOVERNED: TopicContract = {
  ...CONTRACT,
  columns: {
    amount: { type: 'decimal(10,2)', cde: true },
    kind: { type: 'string', enum: ['a', 'b'] },
  },
};

/** Ordered by a time that the payload gives as RFC 3339 or as a number of `epoch`. */
function byEpoch(epoch: 'seconds' | 'millis'): TopicContract {
  return {
    ...GOVERNED,
    orderBy: ['$.at', 'publish_time'],
    columns: { ...GOVERNED.columns, at: { type: 'timestamptz', epoch } },
  };
}

const CONTRACTS: Record<string, { contract: TopicContract | null; journey: boolean }> = {
  'without a contract': { contract: null, journey: false },
  'by default key and order': { contract: GOVERNED, journey: false },
  'with key and order in the payload': {
    contract: {
      ...GOVERNED,
      key: '$.id',
      orderBy: ['$.rev'],
      columns: { ...GOVERNED.columns, rev: { type: 'int' } },
    },
    journey: false,
  },
  'ordered by seconds of the epoch': { contract: byEpoch('seconds'), journey: false },
  'ordered by milliseconds of the epoch': { contract: byEpoch('millis'), journey: false },
  'ordered by the journey': { contract: GOVERNED, journey: true },
  'ordered by ingestion_ts': {
    contract: { ...GOVERNED, orderBy: ['publish_time', 'ingestion_ts'] },
    journey: true,
  },
};

async function play(
  rows: readonly Envelope[],
  contract: TopicContract | null,
  plan: Schedule,
): Promise<World> {
  const world = new World();
  const { maxRowsPerCommit, cacheBytes } = plan;
  const options = { contract, maxRowsPerCommit, cacheBytes };
  for (const [index, part] of commits(rows, plan).entries()) {
    await world.receive(part);
    if (plan.standardizeAfter[index % plan.standardizeAfter.length]) await world.standardize(options);
    if (contract !== null && plan.curateAfter[index % plan.curateAfter.length]) await world.curate(options);
  }
  await world.standardize(options);
  if (contract !== null) await world.curate(options);
  return world;
}

const AT_ONCE: Schedule = {
  cuts: [1_000],
  standardizeAfter: [true],
  curateAfter: [true],
  maxRowsPerCommit: 1_000_000,
  cacheBytes: 1 << 20,
};

async function checkModel(
  world: World,
  rows: readonly Envelope[],
  contract: TopicContract | null,
): Promise<void> {
  const expected = model(rows, contract, await loadPayloadHash());
  const paths = await columnPathsOf(world);
  const standardized = new Map<string, unknown>();
  for (const row of await world.rows(STANDARDIZED)) {
    const values = [...paths].flatMap(([name, path]) => (row[name] === null ? [] : [[path, row[name]]]));
    standardized.set(row['_merge_key'] as string, {
      message: [row['message_id'], row['sqs_message_id'], row['publish_time_source']],
      firstSeen: row['_first_seen_ts'],
      values: Object.fromEntries(values),
    });
  }
  const modelled = new Map<string, unknown>();
  for (const [key, { envelope, firstSeen, values }] of expected.standardized) {
    modelled.set(key, {
      message: [envelope['message_id'], envelope['sqs_message_id'], envelope['publish_time_source']],
      firstSeen: iso(firstSeen),
      values,
    });
  }
  expect(standardized).toEqual(modelled);
  const malformed = (await world.rows(PARSE_ERRORS)).map(
    (row) => `${row['message_id']} ${row['json_payload']} ${row['sqs_message_id']}`,
  );
  expect(malformed.sort()).toEqual(expected.parseErrors);
  if (contract === null) return;
  const curated = new Map(
    (await world.rows(CURATED)).map((row) => [
      row['_merge_key'],
      Object.fromEntries(['message_id', ...Object.keys(contract.columns)].map((name) => [name, row[name]])),
    ]),
  );
  expect(curated).toEqual(expected.curated);
  const { openErrors } = await snapshotOf(world);
  const failures = new Map(
    Object.entries(openErrors).map(([key, row]) => [
      key,
      {
        messageId: row['message_id'],
        failures: (row['failures'] as { column: string; code: string }[]).map(
          ({ column, code }) => `${column} ${code}`,
        ),
      },
    ]),
  );
  expect(failures).toEqual(expected.openErrors);
}

function iso(micros: bigint): string {
  return `${new Date(Number(micros / 1000n)).toISOString().slice(0, -1)}000Z`;
}

describe.each(Object.entries(CONTRACTS))('a topic %s', (_name, { contract, journey }) => {
  test('ends in the tables of the model, however its rows are split into runs', async () => {
    const rows = stream({ producerOnly: !journey });
    const plans = fc.array(schedule, { minLength: SPLITS, maxLength: SPLITS });
    await fc.assert(
      fc.asyncProperty(rows, plans, fc.infiniteStream(fc.nat()), async (received, splits, dice) => {
        const atOnce = await play(received, contract, AT_ONCE);
        await checkModel(atOnce, received, contract);
        const once: TablesSnapshot = await snapshotOf(atOnce);
        let world = atOnce;
        for (const plan of splits) {
          world = await play(journey ? byIngestion(received) : shuffled(received, dice), contract, plan);
          expect(await snapshotOf(world)).toEqual(once);
        }
        const { balanced, differences } = await world.reconcile({ contract });
        expect({ balanced, differences }).toEqual({ balanced: true, differences: [] });
      }),
      // Shrinking takes minutes and the streams are small already: the seed is enough to come back.
      { numRuns: STREAMS, seed: SEED, endOnFailure: true },
    );
  }, 7_200_000);
});

function byIngestion(rows: readonly Envelope[]): Envelope[] {
  return rows.toSorted((left, right) =>
    left.ingestion_ts === right.ingestion_ts
      ? left.sqs_message_id < right.sqs_message_id
        ? -1
        : 1
      : left.ingestion_ts < right.ingestion_ts
        ? -1
        : 1,
  );
}

function shuffled(rows: readonly Envelope[], dice: Iterator<number>): Envelope[] {
  const left = [...rows];
  const result: Envelope[] = [];
  while (left.length > 0) result.push(...left.splice(dice.next().value % left.length, 1));
  return result;
}
