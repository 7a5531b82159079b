import { batchFromRows } from '@lean-ops/iceberg';
import { describe, expect, it } from 'vitest';
import { columnText } from './column-text.js';

const TYPES = {
  text: 'string',
  long: 'long',
  flag: 'boolean',
  double: 'double',
  amount: 'decimal(20,3)',
  whole: 'decimal(5,0)',
  at: 'timestamptz',
} as const;

const fields = Object.entries(TYPES).map(([name, type], position) => ({
  id: position + 1,
  name,
  type,
  required: false,
}));

describe('columnText', () => {
  it('spells every value exactly, and nothing as null', () => {
    const rows = [
      {
        text: 'ü',
        long: 9007199254740993n,
        flag: true,
        double: 0.1,
        amount: '-12.340',
        whole: '7',
        at: '1969-12-31T23:59:59.999999Z',
      },
      {
        text: '',
        long: -1n,
        flag: false,
        double: -2,
        amount: '0.001',
        whole: '-7',
        at: '2025-01-06T00:00:00.000001Z',
      },
      {},
    ];
    const batch = batchFromRows({ schemaId: 0, fields }, rows);
    const read = (row: number): unknown[] => fields.map(({ name }) => columnText(batch.getChild(name)!)(row));
    expect(read(0)).toEqual([
      'ü',
      '9007199254740993',
      'true',
      '0.1',
      '-12.340',
      '7',
      '1969-12-31T23:59:59.999999Z',
    ]);
    expect(read(1)).toEqual(['', '-1', 'false', '-2', '0.001', '-7', '2025-01-06T00:00:00.000001Z']);
    expect(read(2)).toEqual(fields.map(() => null));
  });
});
