import { expect, test } from 'vitest';
import { NestedTables } from './nested-tables.js';

test('a folder with metadata files of a table is a table of its own, with all that is below it', () => {
  const nested = new NestedTables();
  for (const path of [
    'metadata/v1.metadata.json',
    'data/xmetadata/part.avro',
    'items/metadata/v3.metadata.json',
    'ns/dropped/metadata/snap-1-1-a.avro',
    'packed/metadata/00001-a.gz.metadata.json',
    'hinted/metadata/version-hint.text',
    'data/metadata/notes.txt',
  ])
    nested.see(path);
  for (const path of [
    'items/data/a.parquet',
    'items/metadata/x',
    'ns/dropped/data/a',
    'packed/a',
    'hinted/b/c',
  ])
    expect(nested.owns(path), path).toBe(true);
  for (const path of [
    'data/a.parquet',
    'metadata/a.avro',
    'data/x',
    'items.parquet',
    'ns/other',
    'data/metadata/a',
  ])
    expect(nested.owns(path), path).toBe(false);
});
