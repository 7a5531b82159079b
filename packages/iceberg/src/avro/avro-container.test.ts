import { expect, test } from 'vitest';
import { readAvro, writeAvro } from './avro-container.js';

test('the header keeps the field ids and logical types of its schema, which avsc leaves out', () => {
  const schema = {
    type: 'record',
    name: 'entry',
    fields: [
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' }, 'field-id': 1 },
      {
        name: 'bounds',
        type: {
          type: 'array',
          logicalType: 'map',
          items: {
            type: 'record',
            name: 'k1_v2',
            fields: [
              { name: 'key', type: 'int', 'field-id': 3 },
              { name: 'value', type: 'bytes', 'field-id': 4 },
            ],
          },
          'element-id': 5,
        },
        'field-id': 2,
      },
    ],
  };
  const records = [{ at: 2n ** 60n + 1n, bounds: [{ key: 7, value: Buffer.from('x') }] }];
  const read = readAvro(writeAvro(schema, records, { metadata: {}, sync: new Uint8Array(16) }), 'a.avro');
  expect(read.schema).toEqual(schema);
  expect(JSON.parse(read.metadata.get('avro.schema') ?? '')).toEqual(schema);
  expect(read.records).toMatchObject(records);
});
