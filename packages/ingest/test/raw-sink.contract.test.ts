import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVELOPE_COLUMNS, type Envelope } from '@lean-ops/core';
import { type Catalog, FolderCatalog, MemoryCatalog } from '@lean-ops/iceberg';
import { describe, expect, test } from 'vitest';
import { encodeEnvelope, MemoryRawSink } from '../src/index.js';
import { appendRaw, IcebergRawSink, rawTableName, rawTableOptions } from '../src/raw-sink/iceberg/index.js';
import {
  type RawSinkFixture,
  type RawSinkHarness,
  rawSinkContract,
  sampleEnvelope,
} from '../src/testing/index.js';

const NAMESPACE = 'raw';

const memory: RawSinkHarness = {
  async create() {
    const sink = new MemoryRawSink();
    const rows = async (topic: string) => sink.envelopes.filter((envelope) => envelope.topic_name === topic);
    return { sink, rows, dispose: async () => {} };
  },
};

const icebergInMemory: RawSinkHarness = {
  create: (topics) => fixture(new MemoryCatalog(), topics, async () => {}),
};

const icebergInFolder: RawSinkHarness = {
  async create(topics) {
    const warehouse = await mkdtemp(join(tmpdir(), 'lean-ops-raw-'));
    return fixture(new FolderCatalog({ warehouse }), topics, () => rm(warehouse, { recursive: true }));
  },
};

async function fixture(
  catalog: Catalog,
  topics: readonly string[],
  dispose: () => Promise<void>,
): Promise<RawSinkFixture> {
  for (const topic of topics) {
    await catalog.createTable({ namespace: NAMESPACE, name: rawTableName(topic) }, rawTableOptions());
  }
  const sink = new IcebergRawSink({ catalog, namespace: NAMESPACE });
  return { sink, rows: (topic) => rowsOf(catalog, topic), dispose };
}

async function rowsOf(catalog: Catalog, topic: string): Promise<Envelope[]> {
  const table = await catalog.loadTable({ namespace: NAMESPACE, name: rawTableName(topic) });
  const rows: Envelope[] = [];
  for await (const batch of table.scan()) {
    const micros = ['publish_time', 'ingestion_ts'].map((name) => batch.getChild(name)!.data[0]!.values);
    for (let index = 0; index < batch.numRows; index += 1) {
      const row = Object.fromEntries(
        ENVELOPE_COLUMNS.map(({ name }) => [name, batch.getChild(name)!.get(index)]),
      );
      const [publish_time, ingestion_ts] = micros.map((values) => values[index]);
      rows.push({ ...row, publish_time, ingestion_ts } as Envelope);
    }
  }
  return rows;
}

for (const [name, harness] of Object.entries({ memory, icebergInMemory, icebergInFolder })) {
  describe(name, () => {
    for (const { name: behaviour, run } of rawSinkContract(harness)) test(behaviour, run);
  });
}

describe('the Iceberg sink', () => {
  const record = (topic: string) => ({ topic, bytes: encodeEnvelope(sampleEnvelope({ topic_name: topic })) });

  test('fails the records of a topic without a table, and takes the others', async () => {
    const { sink, rows } = await icebergInMemory.create(['events']);
    const results = await sink.put([record('nobody'), record('events'), record('nobody')]);
    expect(results).toEqual([
      { accepted: false, error: expect.objectContaining({ code: 'TABLE_NOT_FOUND' }) },
      { accepted: true },
      { accepted: false, error: expect.objectContaining({ code: 'TABLE_NOT_FOUND' }) },
    ]);
    expect((await rows('events')).length).toBe(1);
  });

  test('makes one snapshot per topic and put', async () => {
    const catalog = new MemoryCatalog();
    const { sink } = await fixture(catalog, ['events', 'clicks'], async () => {});
    await sink.put([record('events'), record('clicks'), record('events')]);
    await sink.put([record('events')]);
    const table = await catalog.loadTable({ namespace: NAMESPACE, name: 'events_staging' });
    expect(table.snapshots().map((snapshot) => snapshot.operation)).toEqual(['append', 'append']);
  });

  test('goes on after a put that failed', async () => {
    const catalog = new MemoryCatalog();
    const { sink, rows } = await fixture(catalog, [], async () => {});
    const [first] = await sink.put([record('events')]);
    expect(first?.accepted).toBe(false);
    await catalog.createTable({ namespace: NAMESPACE, name: 'events_staging' }, rawTableOptions());
    expect(await sink.put([record('events')])).toEqual([{ accepted: true }]);
    expect((await rowsOf(catalog, 'events')).length).toBe(1);
    expect(await rows('events')).toEqual(await rowsOf(catalog, 'events'));
  });
});

describe('a RAW table', () => {
  test('has the envelope columns with field ids in order, partitioned by day of ingestion', async () => {
    const catalog = new MemoryCatalog();
    const table = await catalog.createTable(
      { namespace: NAMESPACE, name: 'events_staging' },
      rawTableOptions(),
    );
    expect(
      table.schema().fields.map(({ id, name, type, required }) => ({ id, name, type, required })),
    ).toEqual(ENVELOPE_COLUMNS.map((column, index) => ({ id: index + 1, ...column })));
    expect(table.spec().fields.map(({ transform, name }) => `${transform} ${name}`)).toEqual([
      'day ingestion_ts_day',
    ]);
  });

  test('keeps few versions of its metadata, and maintenance deletes the others', async () => {
    let now = Date.now();
    const warehouse = await mkdtemp(join(tmpdir(), 'lean-ops-raw-'));
    try {
      const catalog = new FolderCatalog({ warehouse, now: () => now });
      const identifier = { namespace: NAMESPACE, name: 'events_staging' };
      await catalog.createTable(identifier, rawTableOptions());
      for (let commit = 1; commit <= 25; commit++)
        await appendRaw(catalog, identifier, [sampleEnvelope({ message_id: `m${commit}` })]);
      const table = await catalog.loadTable(identifier);
      expect(table.properties).toMatchObject({ 'write.metadata.delete-after-commit.enabled': 'true' });
      expect(table.metadata.metadataLog).toHaveLength(20);
      now += 2 * 24 * 60 * 60_000;
      const { expiredSnapshotIds } = await table.expireSnapshots({ dryRun: true });
      expect(expiredSnapshotIds).toHaveLength(24);
      now += 28 * 24 * 60 * 60_000;
      const { orphans } = await table.removeOrphanFiles();
      expect(orphans.map(({ path }) => path.replace(/.*\//, '')).sort()).toEqual(
        [1, 2, 3, 4, 5].map((version) => `v${version}.metadata.json`),
      );
      expect(await (await catalog.loadTable(identifier)).scan().count()).toBe(25);
    } finally {
      await rm(warehouse, { recursive: true });
    }
  });

  test('takes tens of thousands of envelopes in one commit', async () => {
    const catalog = new MemoryCatalog();
    const identifier = { namespace: NAMESPACE, name: 'events_staging' };
    await catalog.createTable(identifier, rawTableOptions());
    const count = 40_000;
    const envelopes = (function* () {
      for (let index = 0; index < count; index += 1) yield sampleEnvelope({ message_id: `m${index}` });
    })();
    const { table } = await appendRaw(catalog, identifier, envelopes, {
      summary: { 'lean-ops.delivery': '7' },
    });
    expect(await table.scan().count()).toBe(count);
    expect(table.snapshots().length).toBe(1);
    expect(table.currentSnapshot()?.summary['lean-ops.delivery']).toBe('7');
  });

  test('of another shape is refused and left alone', async () => {
    const catalog = new MemoryCatalog();
    const identifier = { namespace: NAMESPACE, name: 'events_staging' };
    const { schema } = rawTableOptions();
    const table = await catalog.createTable(identifier, { schema: { fields: schema.fields.slice(0, 5) } });
    await expect(appendRaw(catalog, identifier, [sampleEnvelope()])).rejects.toMatchObject({
      code: 'COLUMN_NOT_FOUND',
    });
    expect((await table.refresh()).currentSnapshot()).toBeNull();
  });
});
