import { expect, test } from 'vitest';
import { batchFromRows, eq, isNull, MemoryCatalog, type PrimitiveType } from '../src/index.js';

const VALUES: readonly [PrimitiveType, unknown][] = [
  ['boolean', true],
  ['int', -2147483648],
  ['long', -9223372036854775808n],
  ['date', '1969-12-31'],
  ['time', '23:59:59.999999'],
  ['timestamp', '1969-12-31T23:59:59.999999'],
  ['timestamptz', '1970-01-01T00:00:00.000001Z'],
  ['timestamp_ns', '1970-01-01T00:00:00.000000001'],
  ['timestamptz_ns', '1969-12-31T23:59:59.999999999Z'],
  ['string', '\u{1f600} a/b=c %'],
  ['uuid', 'ffffffff-0000-4000-8000-000000000001'],
  ['decimal(38, 2)', '-999999999999999999999999999999999999.99'],
  ['fixed[3]', Uint8Array.of(0, 255, 1)],
  ['binary', Uint8Array.of(255, 0)],
];

test.each(VALUES)(
  'a column of type %s can be a partition: its values come back exactly',
  async (type, value) => {
    const catalog = new MemoryCatalog();
    const table = await catalog.createTable(
      { namespace: 'n', name: 't' },
      { formatVersion: 3, schema: { fields: [{ name: 'p', type }] }, partitionBy: ['p'] },
    );
    const { table: after } = await table.append(batchFromRows(table.schema(), [{ p: value }, { p: null }]));
    const read = async (filter: ReturnType<typeof isNull>): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const row of after.scan({ filter }).rows()) found.push(row['p']);
      return found;
    };
    expect(await after.scan().planFiles()).toHaveLength(2);
    expect(await read(eq('p', value as never))).toEqual([value]);
    expect(await read(isNull('p'))).toEqual([null]);
  },
);
