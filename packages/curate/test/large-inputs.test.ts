import type { Envelope } from '@lean-ops/core';
import { readOverflow } from '@lean-ops/curate';
import { describe, expect, test } from 'vitest';
import { columnPathsOf } from './support/column-paths.js';
import { CONTRACT, CURATED, envelope, PARSE_ERRORS, STANDARDIZED, World } from './support/world.js';

/** Path → text of every payload value that Standardized holds of each message, those in `_overflow` included. */
async function valuesOf(world: World): Promise<Map<string, Record<string, unknown>>> {
  const paths = await columnPathsOf(world);
  const values = new Map<string, Record<string, unknown>>();
  for (const row of await world.rows(STANDARDIZED)) {
    const own = [...paths].flatMap(([name, path]) => (row[name] === null ? [] : [[path, row[name]]]));
    const spilled = readOverflow((row['_overflow'] as string | null | undefined) ?? '{}');
    values.set(row['message_id'] as string, { ...Object.fromEntries(own), ...Object.fromEntries(spilled) });
  }
  return values;
}

async function standardized(...events: Envelope[]): Promise<World> {
  const world = new World();
  await world.receive(events);
  await world.standardize();
  return world;
}

const numbered = (count: number, member: (index: number) => string): string =>
  `{${Array.from({ length: count }, (_, index) => member(index)).join(',')}}`;

describe('a payload of 900 KB', () => {
  test('goes through both layers whole, to the last digit', async () => {
    const readings = Array.from({ length: 20_000 }, (_, index) => `{"at":${index},"value":${index}.50}`);
    const array = `[${readings.join(', ')}]`;
    const note = 'é"\\\n'.repeat(45_000);
    const json = `{"amount":1.10,"readings":${array},"name":${JSON.stringify(note)}}`;
    expect(Buffer.byteLength(json)).toBeGreaterThan(900_000);
    const world = new World();
    await world.receive([envelope({ message_id: 'large', json }), envelope({ message_id: 'small' })]);
    await world.standardize({ contract: CONTRACT });
    await world.curate({ contract: CONTRACT });
    const values = (await valuesOf(world)).get('large');
    expect(values).toEqual({ '$.amount': '1.10', '$.readings': array, '$.name': note });
    expect((await world.rows(CURATED)).map(({ message_id, name }) => ({ message_id, name }))).toEqual([
      { message_id: 'large', name: note },
    ]);
  });

  test('that breaks off at its last byte is a parse error with that offset', async () => {
    const json = `{"a":"${'x'.repeat(900_000)}"`;
    const world = await standardized(envelope({ json }));
    const [row] = await world.rows({ namespace: 'standardized', name: 'events_parse_errors' });
    expect(row).toMatchObject({ reason: 'UNEXPECTED_END', byte_offset: 900_007n, json_payload: json });
  });
});

describe('many columns', () => {
  const wide = (row: number, columns: number) =>
    numbered(columns, (index) => `"column_${index}":"${row}.${index}"`);

  test('2,000 of them are columns; what comes after them is in _overflow under its path', async () => {
    const events = Array.from({ length: 8 }, (_, row) =>
      envelope({ message_id: `m${row}`, json: wide(row, 2000 + row) }),
    );
    const world = await standardized(...events);
    expect((await columnPathsOf(world)).size).toBe(2000);
    const values = await valuesOf(world);
    for (let row = 0; row < 8; row++) {
      const expected = Array.from({ length: 2000 + row }, (_, index) => [
        `$.column_${index}`,
        `${row}.${index}`,
      ]);
      expect(values.get(`m${row}`)).toEqual(Object.fromEntries(expected));
    }
  });

  test('new ones in every row of a batch: every value is found again under its path', async () => {
    const rows = 750;
    const fresh = (row: number) => numbered(3, (index) => `"m${row}_${index}":{"k":"${row}.${index}"}`);
    const events = Array.from({ length: rows }, (_, row) =>
      envelope({ message_id: `m${row}`, json: fresh(row) }),
    );
    const world = await standardized(...events);
    expect((await columnPathsOf(world)).size).toBe(2000);
    const values = await valuesOf(world);
    expect(values.size).toBe(rows);
    for (let row = 0; row < rows; row++) {
      const expected = [0, 1, 2].map((index) => [`$.m${row}_${index}.k`, `${row}.${index}`]);
      expect(values.get(`m${row}`)).toEqual(Object.fromEntries(expected));
    }
  });
});

describe('deep payloads', () => {
  const deep = (depth: number) => `${'{"k":'.repeat(depth)}1.10${'}'.repeat(depth)}`;

  test('500 deep are text from the depth limit on', async () => {
    const world = await standardized(envelope({ message_id: 'deep', json: deep(500) }));
    expect((await valuesOf(world)).get('deep')).toEqual({ '$.k.k.k.k.k': deep(495) });
  });

  test('500 deep are a column where the contract follows them so far', async () => {
    const contract = { ...CONTRACT, flatten: { maxDepth: 500 }, columns: {} };
    const world = new World();
    await world.receive([envelope({ message_id: 'deep', json: deep(500) })]);
    await world.standardize({ contract });
    expect((await valuesOf(world)).get('deep')).toEqual({ [`$${'.k'.repeat(500)}`]: '1.10' });
  });

  test('100,000 deep are text like any other, and one brace short a parse error', async () => {
    const world = await standardized(
      envelope({ message_id: 'good', json: deep(100_000) }),
      envelope({ message_id: 'bad', json: deep(100_000).slice(0, -1) }),
    );
    expect([...(await valuesOf(world)).keys()]).toEqual(['good']);
  });
});

test('a column of texts of a megabyte each keeps every one, in rows of its own', async () => {
  const text = (row: number) => `${1000 + row}`.padEnd(1_000_000, String.fromCodePoint(0x1f600 + row));
  const rows = 12;
  const events = Array.from({ length: rows }, (_, row) =>
    envelope({ message_id: `m${row}`, json: JSON.stringify({ id: row, text: text(row) }) }),
  );
  const world = await standardized(...events);
  const values = await valuesOf(world);
  for (let row = 0; row < rows; row++) {
    const found = values.get(`m${row}`)!;
    expect(found['$.id']).toBe(String(row));
    expect(found['$.text'] === text(row), `text of row ${row}`).toBe(true);
  }
});

describe('more malformed messages than are held in memory', () => {
  const count = 12;
  const broken = (message: number) =>
    `{"message":${message},"text":"${String(message).padEnd(1_000_000, '.')}`;
  const copy = (message: number, received: number) =>
    envelope({
      message_id: `m${message}`,
      idempotency_key: `k${message}`,
      sqs_message_id: `s${received}`,
      json: broken(message),
      received,
    });

  test('are read again and written whole, once each, from the copy that came first', async () => {
    const world = new World();
    const numbers = Array.from({ length: count }, (_, message) => message);
    await world.receive([...numbers.map((message) => copy(message, 5000 + message)), envelope()]);
    // Of every third the copy that was read later came earlier.
    await world.receive(
      numbers.filter((message) => message % 3 === 0).map((message) => copy(message, 4000 + message)),
    );
    expect(await world.standardize()).toMatchObject({ inserted: 1, parseErrors: count, copies: count / 3 });
    const errors = new Map((await world.rows(PARSE_ERRORS)).map((row) => [row['message_id'], row]));
    expect(errors.size).toBe(count);
    for (const message of numbers) {
      const error = errors.get(`m${message}`)!;
      const received = message % 3 === 0 ? 4000 + message : 5000 + message;
      expect(error['json_payload'] === broken(message), `payload of message ${message}`).toBe(true);
      expect(error).toMatchObject({
        sqs_message_id: `s${received}`,
        reason: 'UNEXPECTED_END',
        byte_offset: BigInt(broken(message).length),
      });
    }
  });

  test('that came before are not written again', async () => {
    const world = new World();
    const numbers = Array.from({ length: count }, (_, message) => message);
    await world.receive(numbers.map((message) => copy(message, 5000 + message)));
    await world.standardize();
    await world.receive(numbers.map((message) => copy(message, 6000 + message)));
    await world.receive([copy(0, 4000)]);
    expect(await world.standardize()).toMatchObject({ parseErrors: 0 });
    const errors = await world.rows(PARSE_ERRORS);
    expect(errors.length).toBe(count);
    const [first] = errors.filter((row) => row['message_id'] === 'm0');
    expect(first).toMatchObject({ sqs_message_id: 's4000' });
  });
});
