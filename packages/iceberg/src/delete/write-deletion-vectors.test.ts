import { expect, test } from 'vitest';
import type { DataFile } from '../manifest/data-file.js';
import { MemoryStorage } from '../storage/memory/memory-storage.js';
import { TableCaches, TableIo } from '../table/table-io.js';
import { readDeletionVector } from './deletion-vector.js';
import { writeDeletionVectors } from './write-deletion-vectors.js';

function setUp() {
  const storage = new MemoryStorage();
  const io = new TableIo({ storage, location: 'memory://t', root: 'memory://t', caches: new TableCaches() });
  const paths: string[] = [];
  const options = { io, uniqueName: () => 'a', onFile: (path: string) => void paths.push(path) };
  return { io, paths, options };
}

const dataFile = (name: string, partition: readonly string[]): DataFile => ({
  content: 'data',
  filePath: `memory://t/data/${name}.parquet`,
  fileFormat: 'PARQUET',
  specId: 3,
  partition,
  recordCount: 1_000_000n,
  fileSizeInBytes: 10n,
});

test('the vectors of several data files stand in one Puffin file, each found by its manifest entry', async () => {
  const { io, paths, options } = setUp();
  const vectors = [
    { file: dataFile('one', ['eu']), positions: Float64Array.of(0, 7, 65_536) },
    { file: dataFile('two', ['us']), positions: Float64Array.from({ length: 100_000 }, (_, at) => at) },
  ];
  const written = await writeDeletionVectors(vectors, options);
  expect(paths).toEqual(['memory://t/data/a-deletes.puffin']);
  for (const [index, { file, positions }] of vectors.entries()) {
    const entry = written[index]!;
    expect(entry).toMatchObject({
      content: 'position-deletes',
      fileFormat: 'PUFFIN',
      filePath: paths[0],
      specId: 3,
      partition: file.partition,
      referencedDataFile: file.filePath,
      recordCount: BigInt(positions.length),
    });
    expect(await readDeletionVector(io, entry)).toEqual(positions);
  }
  expect(written[0]!.fileSizeInBytes).toBe(BigInt((await io.read(paths[0]!)).length));
});

test('the Puffin footer names type, place, data file and cardinality of every vector', async () => {
  const { io, paths, options } = setUp();
  const [entry] = await writeDeletionVectors(
    [{ file: dataFile('one', []), positions: Float64Array.of(1, 2) }],
    options,
  );
  const bytes = Buffer.from(await io.read(paths[0]!));
  const magic = (at: number): string => bytes.toString('latin1', at, at + 4);
  const footerLength = bytes.readInt32LE(bytes.length - 12);
  const footerStart = bytes.length - 12 - footerLength;
  expect([magic(0), magic(footerStart - 4), magic(bytes.length - 4)]).toEqual(['PFA1', 'PFA1', 'PFA1']);
  expect(bytes.readUInt32LE(bytes.length - 8)).toBe(0);
  expect(JSON.parse(bytes.toString('utf8', footerStart, footerStart + footerLength))).toEqual({
    blobs: [
      {
        type: 'deletion-vector-v1',
        fields: [2147483645],
        'snapshot-id': -1,
        'sequence-number': -1,
        offset: Number(entry!.contentOffset),
        length: Number(entry!.contentSizeInBytes),
        properties: { 'referenced-data-file': 'memory://t/data/one.parquet', cardinality: '2' },
      },
    ],
    properties: { 'created-by': '@lean-ops/iceberg' },
  });
});

test('nothing is written for no vectors', async () => {
  const { paths, options } = setUp();
  expect(await writeDeletionVectors([], options)).toEqual([]);
  expect(paths).toEqual([]);
});
