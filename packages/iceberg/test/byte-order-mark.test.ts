import { expect, test } from 'vitest';
import { batchFromRows, eq, gtEq, isIn, MemoryCatalog } from '../src/index.js';

const MARK = '\ufeff';
const TEXTS = [MARK, `${MARK}a`, 'a', `${MARK}${'long '.repeat(20)}`, `${MARK}${MARK}é`, 'é'];

test.each([
  ['bound', false],
  ['partition', true],
])(
  'a text keeps a byte order mark that it begins with: as a value, in a filter and as %s',
  async (_, partitioned) => {
    let table = await new MemoryCatalog().createTable(
      { namespace: 'db', name: 'marks' },
      {
        schema: {
          fields: [
            { name: 'text', type: 'string', required: true },
            { name: 'number', type: 'int', required: true },
          ],
        },
        ...(partitioned ? { partitionBy: ['text'] } : {}),
      },
    );
    for (const [number, text] of TEXTS.entries()) {
      ({ table } = await table.append(batchFromRows(table.schema(), [{ text, number }])));
    }
    const found = async (options: Parameters<typeof table.scan>[0]): Promise<Record<string, unknown>[]> => {
      const rows: Record<string, unknown>[] = [];
      for await (const row of table.scan(options).rows()) rows.push(row);
      return rows.sort((left, right) => Number(left['number']) - Number(right['number']));
    };
    expect(await found({})).toEqual(TEXTS.map((text, number) => ({ text, number })));
    const marked = TEXTS.flatMap((text, number) => (text.startsWith(MARK) ? [{ text, number }] : []));
    expect(await found({ filter: gtEq('text', MARK) })).toEqual(marked);
    for (const [number, text] of TEXTS.entries()) {
      expect(await found({ filter: eq('text', text) })).toEqual([{ text, number }]);
      expect(await found({ filter: isIn('text', [text]) })).toEqual([{ text, number }]);
    }
  },
);
