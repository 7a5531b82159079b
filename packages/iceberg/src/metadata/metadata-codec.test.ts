import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FIXTURES_MISSING, suiteWhere } from '../../../../test/support/suite-where.js';
import { parseExactJson, printExactJson } from '../util/exact-json.js';
import { parseTableMetadata, printTableMetadata } from './metadata-codec.js';

const folder = fileURLToPath(
  new URL('../../../../../shared/fixtures/iceberg-spec/metadata', import.meta.url),
);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
if (files.length === 0)
  console.log('skipped: metadata documents of the specification need ../shared/fixtures/iceberg-spec');

const DOCUMENT = {
  'format-version': 3,
  'table-uuid': '9c12d441-03fe-4693-9a96-a0705ddf69c1',
  location: '/warehouse/t',
  'last-sequence-number': 34,
  'last-updated-ms': 1602638573590,
  'last-column-id': 1,
  'current-schema-id': 0,
  schemas: [
    {
      type: 'struct',
      'schema-id': 0,
      fields: [{ id: 1, name: 'x', required: true, type: 'long', 'initial-default': 7 }],
    },
  ],
  'default-spec-id': 0,
  'partition-specs': [{ 'spec-id': 0, fields: [] }],
  'last-partition-id': 999,
  'default-sort-order-id': 0,
  'sort-orders': [{ 'order-id': 0, fields: [] }],
  properties: { a: 'b' },
  'current-snapshot-id': 1,
  refs: { main: { 'snapshot-id': 1, type: 'branch', 'max-ref-age-ms': 5 } },
  snapshots: [
    {
      'snapshot-id': 1,
      'sequence-number': 34,
      'timestamp-ms': 1,
      'manifest-list': 'x',
      summary: { operation: 'append', k: 'v' },
      'schema-id': 0,
      'first-row-id': 3,
    },
  ],
  'snapshot-log': [{ 'snapshot-id': 1, 'timestamp-ms': 1 }],
  'metadata-log': [],
  'next-row-id': 17,
};

test('unknown keys of the document, of snapshots, fields and references survive a round trip', () => {
  const printed = printTableMetadata(parseTableMetadata(JSON.stringify(DOCUMENT), 'doc'));
  expect(parseExactJson(printed)).toEqual(DOCUMENT);
});

test('ids beyond what a double holds survive a round trip', () => {
  const text = JSON.stringify(DOCUMENT)
    .replaceAll('"snapshot-id":1', '"snapshot-id":3051729675574597004')
    .replace('"current-snapshot-id":1', '"current-snapshot-id":3051729675574597004');
  const metadata = parseTableMetadata(text, 'doc');
  expect(metadata.currentSnapshotId).toBe(3051729675574597004n);
  expect(printTableMetadata(metadata)).toContain('"current-snapshot-id":3051729675574597004');
});

test('unknown keys survive in schemas, nested types, specs, sort orders and statistics; source-ids are understood', () => {
  const document = {
    ...DOCUMENT,
    schemas: [
      {
        type: 'struct',
        'schema-id': 0,
        'identifier-field-ids': [],
        'schema-note': 1,
        fields: [
          {
            id: 1,
            name: 'x',
            required: true,
            'field-note': { a: [1] },
            type: {
              type: 'map',
              'key-id': 2,
              key: 'string',
              'value-id': 3,
              'value-required': false,
              'map-note': true,
              value: {
                type: 'list',
                'element-id': 4,
                'element-required': false,
                'list-note': true,
                element: { type: 'struct', 'struct-note': 9007199254740993n, fields: [] },
              },
            },
          },
          { id: 5, name: 'y', required: false, type: 'int' },
        ],
      },
    ],
    'partition-specs': [
      {
        'spec-id': 0,
        'spec-note': 1,
        fields: [
          { 'source-ids': [5], 'field-id': 1000, name: 'p', transform: 'zorder', 'field-note': 1 },
          { 'source-id': 5, 'field-id': 1001, name: 'q', transform: 'identity' },
        ],
      },
    ],
    'sort-orders': [
      {
        'order-id': 0,
        'order-note': 1,
        fields: [
          { 'source-ids': [5], transform: 'zorder', direction: 'asc', 'null-order': 'nulls-first', note: 1 },
        ],
      },
    ],
    refs: {
      main: {
        'snapshot-id': 1,
        type: 'branch',
        'max-snapshot-age-ms': 2n ** 63n - 1n,
        'min-snapshots-to-keep': 3,
        'ref-note': 1,
      },
    },
    statistics: [
      { 'snapshot-id': 1, 'statistics-path': 'x', 'file-size-in-bytes': 4, 'blob-metadata': [{ type: 'a' }] },
    ],
    'partition-statistics': [{ 'snapshot-id': 1, 'statistics-path': 'y', 'file-size-in-bytes': 5 }],
    'encryption-keys': [{ 'key-id': 'k' }],
  };
  const metadata = parseTableMetadata(printExactJson(document), 'doc');
  expect(metadata.partitionSpecs[0]!.fields[0]!.sourceId).toBe(5);
  expect(metadata.refs['main']).toMatchObject({ minSnapshotsToKeep: 3, maxSnapshotAgeMs: 2 ** 63 });
  expect(parseExactJson(printTableMetadata(metadata))).toEqual(document);
});

test('version 1 is written with the schema and spec that its readers look for', () => {
  const { 'next-row-id': _next, 'last-sequence-number': _last, ...rest } = DOCUMENT;
  const schema = { ...DOCUMENT.schemas[0]!, fields: [{ id: 1, name: 'x', required: true, type: 'long' }] };
  const document = { ...rest, 'format-version': 1, schemas: [schema] };
  const printed = JSON.parse(printTableMetadata(parseTableMetadata(JSON.stringify(document), 'doc')));
  expect(printed).toMatchObject({ schema, 'partition-spec': [] });
  expect(printed).not.toHaveProperty('last-sequence-number');
});

test('a newer format version is refused by its own code', () => {
  expect(() =>
    parseTableMetadata(JSON.stringify({ ...DOCUMENT, 'format-version': 9 }), '/x/v9.json'),
  ).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED_FORMAT_VERSION',
      message: expect.stringContaining('/x/v9.json'),
    }),
  );
});

test('what is no metadata is refused, naming the file', () => {
  for (const text of ['', '[]', '{}', '{"format-version":2}']) {
    expect(() => parseTableMetadata(text, '/x/v1.json')).toThrow(
      expect.objectContaining({ code: 'INVALID_METADATA', message: expect.stringContaining('/x/v1.json') }),
    );
  }
});

suiteWhere(files.length > 0 ? null : FIXTURES_MISSING, 'documents of the specification', () => {
  test.each(files)('%s parses and round-trips, or is refused with a typed error', (name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    let metadata: ReturnType<typeof parseTableMetadata>;
    try {
      metadata = parseTableMetadata(text, name);
    } catch (error) {
      expect(error).toMatchObject({ name: 'IcebergError' });
      return;
    }
    expect(parseTableMetadata(printTableMetadata(metadata), name)).toEqual(metadata);
  });
});
