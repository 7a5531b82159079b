import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FIXTURES_MISSING, suiteWhere } from '../../../../test/support/suite-where.js';
import { parseExactJson } from '../util/exact-json.js';
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
