import { expect, test } from 'vitest';
import { envelope, STANDARDIZED, World } from './support/world.js';

/** Columns that the payloads made, in their order, and what the log says of them. */
async function outcome(payloads: readonly string[], cacheBytes: number): Promise<unknown> {
  const world = new World();
  await world.receive(payloads.map((json) => envelope({ message_id: json, idempotency_key: json, json })));
  await world.standardize({ cacheBytes });
  const table = await world.catalog.loadTable(STANDARDIZED);
  const columns = table.schema().fields.map(({ name }) => name);
  const drift = (await world.state.outbox.peek('drift_log', 100)).map(({ row }) =>
    ['kind', 'column_name', 'path', 'count'].map((field) => String(row[field])).join(' '),
  );
  const rows = (await world.rows(STANDARDIZED)).map((row) =>
    columns.slice(columns.indexOf('_source_snapshot_id') + 1).map((name) => row[name]),
  );
  return { columns, drift: drift.sort(), rows };
}

test.each([
  ['a value after an object', ['{"a":{"b":1},"a":2}']],
  ['an object after a value', ['{"a":2,"a":{"b":1}}']],
  ['nulls twice', ['{"a":null,"a":null}', '{"a":1,"a":null}']],
  ['a null after an object', ['{"a":{"b":null},"a":null}', '{"a":null,"a":{"b":null}}']],
  ['a key that comes again behind another', ['{"a":1,"b":2,"a":3}']],
  ['an object that comes again with less', ['{"o":{"x":1,"y":2},"z":0,"o":{"y":3}}']],
  ['names that collide, of which the first is taken back', ['{"a_b":1,"a":{"b":2},"a_b":3}']],
])('%s makes the same columns and drift whether values are kept or read again', async (_, payloads) => {
  expect(await outcome(payloads, 0)).toEqual(await outcome(payloads, 1 << 30));
});
