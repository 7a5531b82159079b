import type { Envelope } from '@lean-ops/core';
import fc from 'fast-check';
import { TOPIC } from './world.js';

/** Decoders that are not told otherwise drop it from the start of a text. */
const MARK = '\ufeff';

export interface StreamOptions {
  /** Every order value comes from the producer: any split and order of runs must end in the same tables. */
  readonly producerOnly: boolean;
  readonly maxRows?: number;
}

/** Few instants, each spelled in several ways, some of them closer than a microsecond; and what is no instant. */
const stamps = [
  '2026-01-01T00:00:00Z',
  '2026-01-01t00:00:00.000z',
  '2026-01-01 01:00:00+01:00',
  '2026-01-01T23:59:00.000+23:59',
  '2026-01-01T00:00:00.0000001Z',
  '2026-01-01T00:00:00.000000100000Z',
  '2026-01-01T00:00:00.000000000000000001-00:00',
  '2026-01-01T00:00:00.000001Z',
  '2025-12-31T23:59:59-00:30',
  '2025-12-31T23:59:59.999999999999Z',
  '2025-12-31T23:59:60Z',
  '2025-12-31T23:59:60.5Z',
  '2026-01-01T00:59:60+01:00',
  '0001-01-01T00:00:00+00:01',
  '2026-01-01T00:00:00',
  'yesterday',
];

/** The same instants and their neighbours as numbers of the epoch: seconds and milliseconds, with fractions. */
const numbers = [
  '1767225600',
  '1767225600.0000001',
  '"1767225600.0"',
  '1767225599.999999999999',
  '1767225600000',
  '1767225600000.0001',
  '"1767225600000"',
  '1767225599999.9999999',
  '-1',
  '-0.5',
  '1.7672256e9',
  '99999999999999999999',
];

const payload = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record(
        {
          last_updated_ts: fc.constantFrom(...stamps.map((stamp) => JSON.stringify(stamp)), 'null', '17'),
          amount: fc.constantFrom('1.10', '"2.5"', '12.345', 'null', '"x"', '3'),
          kind: fc.constantFrom('"a"', '"b"', '"c"', `"${MARK}a"`),
          at: fc.constantFrom(...stamps.map((stamp) => JSON.stringify(stamp)), ...numbers, 'null'),
          rev: fc.constantFrom('1', '2', '10', '"two"', 'null'),
          id: fc.constantFrom('"a"', '"b"', '7', '7.0', 'null', '" "'),
          nested: fc.constantFrom('{"x":1}', '{"x":{"y":"deep"}}'),
        },
        { requiredKeys: [] },
      )
      .map(
        (fields) =>
          `{${Object.entries(fields)
            .map(([key, text]) => `"${key}":${text}`)
            .join(',')}}`,
      ),
  },
  { weight: 1, arbitrary: fc.constantFrom('{"amount":', '[1]', '"text"', '{"a":1}}', '{"a":01}', '') },
);

/** Rows of RAW with few keys, few message ids and few payloads, so that copies, corrections and reuse abound. */
export function stream({ producerOnly, maxRows = 24 }: StreamOptions): fc.Arbitrary<Envelope[]> {
  const event = fc.record({
    message_id: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', `${MARK}m1`),
    idempotency_key: fc.constantFrom('a', 'b', 'c', `${MARK}a`, null, ' '),
    json_payload: payload,
    publish_time: fc.constantFrom(1n, 2n, 3n),
    publish_time_source: producerOnly
      ? fc.constant('producer' as const)
      : fc.constantFrom('producer', 'sqs', 'sqs'),
  });
  const arrival = fc.record({
    event: fc.nat(),
    ingestion: fc.integer({ min: 0, max: 30 }),
    sent: fc.integer({ min: 0, max: 5 }),
  });
  return fc
    .tuple(
      fc.array(event, { minLength: 1, maxLength: 10 }),
      fc.array(arrival, { minLength: 1, maxLength: maxRows }),
    )
    .map(([events, arrivals]) =>
      arrivals.map(({ event: chosen, ingestion, sent }, index): Envelope => {
        const { message_id, idempotency_key, json_payload, publish_time, publish_time_source } =
          events[chosen % events.length]!;
        const fromProducer = publish_time_source === 'producer';
        return {
          topic_name: TOPIC,
          message_id,
          sqs_message_id: `s${String(index).padStart(3, '0')}`,
          idempotency_key,
          period_reference: null,
          correlation_id: null,
          publish_time: BASE + (fromProducer ? publish_time : BigInt(sent)) * 1_000_000n,
          publish_time_source: fromProducer ? 'producer' : 'sqs',
          ingestion_ts: BASE + BigInt(ingestion) * 1_000_000n,
          json_payload,
          envelope_json: null,
        };
      }),
    );
}

const BASE = BigInt(Date.UTC(2026, 0, 1)) * 1000n;

/** How rows come to the tables: what each commit of RAW brings, and which jobs run after it. */
export interface Schedule {
  readonly cuts: readonly number[];
  readonly standardizeAfter: readonly boolean[];
  readonly curateAfter: readonly boolean[];
  readonly maxRowsPerCommit: number;
  readonly cacheBytes: number;
}

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  cuts: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
  standardizeAfter: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
  curateAfter: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
  maxRowsPerCommit: fc.constantFrom(1, 5, 1_000_000),
  cacheBytes: fc.constantFrom(0, 1 << 20),
});

/** Rows dealt into commits of RAW, in their order. */
export function commits(rows: readonly Envelope[], { cuts }: Schedule): Envelope[][] {
  const parts: Envelope[][] = [];
  let at = 0;
  for (let part = 0; at < rows.length; part++) {
    const size = cuts[part % cuts.length]!;
    parts.push(rows.slice(at, at + size));
    at += size;
  }
  return parts;
}
