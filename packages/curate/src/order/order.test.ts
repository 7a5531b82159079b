import type { TopicContract } from '@lean-ops/core';
import { expect, test } from 'vitest';
import { orderPlan } from './order-plan.js';
import { orderReaders } from './order-reader.js';
import { compareOrderValues, type OrderValue } from './order-value.js';

const CONTRACT: TopicContract = { topic: 't', version: '1.0.0', owner: 'o', columns: {} };

function valuesOf(
  column: TopicContract['columns'][string] | null,
  ...texts: string[]
): (OrderValue | undefined)[] {
  const contract = { ...CONTRACT, orderBy: ['$.x'], columns: column === null ? {} : { x: column } };
  const [read] = orderReaders(orderPlan(contract));
  return texts.map((text) => read!(Buffer.from(text)));
}

test('the default order is the payload time, then publish time', () => {
  const plan = orderPlan(null);
  expect(plan.columns).toEqual([
    { kind: 'path', path: '$.last_updated_ts', column: null },
    { kind: 'time', column: 'publish_time' },
  ]);
  expect(plan).toMatchObject({ byPublishTime: true, byJourney: false, producerColumns: [] });
});

test('what only the journey gives is known as such; text of the producer is part of the identity', () => {
  expect(orderPlan({ ...CONTRACT, orderBy: ['ingestion_ts'] })).toMatchObject({
    byJourney: true,
    byPublishTime: false,
  });
  expect(orderPlan({ ...CONTRACT, orderBy: ['sqs_message_id', 'correlation_id'] })).toMatchObject({
    byJourney: true,
    producerColumns: ['correlation_id'],
  });
});

test('an order by something that is no column is refused', () => {
  for (const entry of ['amount', 'json_payload', '$x']) {
    expect(() => orderPlan({ ...CONTRACT, orderBy: [entry] })).toThrow(/order|path/);
  }
});

test('a path is typed by the column that names it, or has it as an alias', () => {
  const contract = {
    ...CONTRACT,
    orderBy: ['$.a', "$['b']"],
    columns: { c: { type: 'int', path: '$.z', aliases: ['$.a'] }, b: { type: 'date' } },
  } as const;
  expect(orderPlan(contract).columns).toMatchObject([
    { column: { type: 'int' } },
    { column: { type: 'date' } },
  ]);
});

test('values compare by type, null lowest', () => {
  const [two, ten, bad] = valuesOf({ type: 'long' }, '2', '10', 'x');
  expect(compareOrderValues(two!, ten!)).toBeLessThan(0);
  expect(bad).toBeUndefined();
  expect(compareOrderValues(null, two!)).toBeLessThan(0);
  expect(compareOrderValues(null, null)).toBe(0);
  const [b, a] = valuesOf({ type: 'string' }, 'b', 'a10');
  expect(compareOrderValues(a!, b!)).toBeLessThan(0);
});

test('instants compare across offsets and below the microsecond; a number needs its unit', () => {
  const [early, late, same] = valuesOf(
    null,
    '2026-01-01T00:00:00.0000001Z',
    '2026-01-01T00:00:00.000001Z',
    '2026-01-01T01:00:00.000001+01:00',
  );
  expect(compareOrderValues(early!, late!)).toBeLessThan(0);
  expect(compareOrderValues(late!, early!)).toBeGreaterThan(0);
  expect(compareOrderValues(late!, same!)).toBe(0);
  expect(valuesOf(null, '17')).toEqual([undefined]);
  expect(valuesOf({ type: 'timestamptz', epoch: 'seconds' }, '17')).toEqual([17_000_000n]);
});
