import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ErrorTracker } from '@lean-ops/core';
import { SqliteStateStore } from '@lean-ops/core/sqlite';
import { batchFromRows, type Catalog, FolderCatalog, type TableIdentifier } from '@lean-ops/iceberg';
import { Output } from '@lean-ops/iceberg/cli';
import { FolderArchive } from '@lean-ops/ingest/folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDemo } from '../../cli/demo/run-demo.js';
import {
  type ClassCapture,
  DEMO_PROFILES,
  type Expectation,
  type FaultClass,
  type GroundTruthRecord,
  generateStream,
  verifyCapture,
} from '../index.js';

const EVENTS = 1500;
const stream = generateStream({ events: EVENTS, seed: 11, topics: DEMO_PROFILES, rounds: 2 });
const truth: readonly GroundTruthRecord[] = [...stream.groundTruth];

/** The first fault of a class and its expectation at a place. */
function expectationOf<At extends Expectation['at']>(
  faultClass: FaultClass,
  at: At,
): { topic: string; expectation: Extract<Expectation, { at: At }> } {
  for (const record of truth) {
    if (record.faultClass !== faultClass) continue;
    const expectation = record.expect.find((one) => one.at === at);
    if (expectation !== undefined) {
      return { topic: record.topic, expectation: expectation as Extract<Expectation, { at: At }> };
    }
  }
  throw new Error(`the stream has no ${faultClass} that belongs in ${at}`);
}

function missedClasses(results: readonly ClassCapture[]): Record<string, number> {
  return Object.fromEntries(
    results
      .filter(({ injected, captured }) => captured < injected)
      .map((one) => [one.class, one.injected - one.captured]),
  );
}

describe('verifyCapture', () => {
  let folder: string;
  let copies = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lean-ops-capture-'));
    const silent = new Output(new Writable({ write: (_chunk, _encoding, done) => done() }));
    await runDemo({ warehouse: join(folder, 'original'), stream, events: EVENTS, stderr: silent });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Verifies a copy of the warehouse after something was done to it. */
  async function after(
    damage: (parts: { catalog: Catalog; tracker: ErrorTracker; warehouse: string }) => Promise<unknown>,
    groundTruth: readonly GroundTruthRecord[] = truth,
    more: Partial<Parameters<typeof verifyCapture>[0]> = {},
  ): Promise<ClassCapture[]> {
    copies += 1;
    const warehouse = join(folder, `copy-${copies}`);
    await cp(join(folder, 'original'), warehouse, { recursive: true });
    const catalog = new FolderCatalog({ warehouse });
    const state = await SqliteStateStore.open({ path: join(warehouse, '.lean-ops', 'state.sqlite') });
    try {
      await damage({ catalog, tracker: state.errors, warehouse });
      const archive = new FolderArchive({ folder: join(warehouse, '.lean-ops', 'archive') });
      return await verifyCapture({ groundTruth, catalog, tracker: state.errors, archive, ...more });
    } finally {
      await state.close();
      await rm(warehouse, { recursive: true, force: true });
    }
  }

  async function deleteRows(
    catalog: Catalog,
    identifier: TableIdentifier,
    column: string,
    value: string,
  ): Promise<void> {
    const table = await catalog.loadTable(identifier);
    const transaction = table.transaction();
    const schema = { ...table.schema(), fields: table.schema().fields.filter(({ name }) => name === column) };
    await transaction.deleteKeys(batchFromRows(schema, [{ [column]: value }]), { key: [column] });
    await transaction.commit();
  }

  it('finds every fault of every class where it belongs', async () => {
    const results = await after(async () => undefined);
    expect(missedClasses(results)).toEqual({});
    expect(results.reduce((sum, { injected }) => sum + injected, 0)).toBe(truth.length);
    expect(results.find((result) => result.class === 'oversize')?.where).toBe('quarantine');
    expect(results.find((result) => result.class === 'failing-correction')?.where).toContain('open errors');
  });

  it('finds messages that the queue gave ids of its own, under the ids of the ground truth', async () => {
    const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
    const renamed = JSON.parse(
      JSON.stringify(truth).replace(UUID, (id) => `original-${id}`),
    ) as GroundTruthRecord[];
    const originalId = (id: string): string => id.replace(UUID, (found) => `original-${found}`);
    expect(missedClasses(await after(async () => undefined, renamed, { originalId }))).toEqual({});
    expect(missedClasses(await after(async () => undefined, renamed))).not.toEqual({});
  });

  it('counts rows of RAW exactly, unless messages may be delivered more than once', async () => {
    const once = truth.map((record) => ({
      ...record,
      expect: record.expect.map((one) => (one.at === 'raw' && one.rows === 2 ? { ...one, rows: 1 } : one)),
    }));
    expect(missedClasses(await after(async () => undefined, once))).not.toEqual({});
    expect(missedClasses(await after(async () => undefined, once, { atLeastOnce: true }))).toEqual({});
  });

  it('misses a fault whose row was removed from Curated', async () => {
    const { topic, expectation } = expectationOf('business-correction', 'curated');
    const results = await after(async ({ catalog }) => {
      await deleteRows(catalog, { namespace: 'curated', name: topic }, '_merge_key', expectation.mergeKey);
    });
    expect(missedClasses(results)).toEqual({ 'business-correction': 1 });
    expect(results.flatMap(({ missed }) => missed)).toEqual([
      { topic, id: expect.any(String), reason: `rows in Curated of ${expectation.mergeKey}: 0, not 1` },
    ]);
  });

  it('misses a fault whose row was removed from Standardized', async () => {
    const { topic, expectation } = expectationOf('out-of-order-correction', 'standardized');
    const results = await after(async ({ catalog }) => {
      await deleteRows(
        catalog,
        { namespace: 'standardized', name: topic },
        '_merge_key',
        expectation.mergeKey,
      );
    });
    expect(missedClasses(results)).toEqual({ 'out-of-order-correction': 1 });
  });

  it('misses a duplicate one of whose deliveries is not in RAW', async () => {
    const { topic, expectation } = expectationOf('network-duplicate', 'raw');
    const results = await after(async ({ catalog }) => {
      await deleteRows(
        catalog,
        { namespace: 'raw', name: `${topic}_staging` },
        'sqs_message_id',
        expectation.sqsMessageId,
      );
    });
    expect(missedClasses(results)).toEqual({ 'network-duplicate': 1 });
  });

  it('misses a violation whose open error is gone', async () => {
    const record = truth.find(
      ({ faultClass, expect: expected }) =>
        faultClass === 'cde-violation' && expected.some((one) => one.at === 'errors' && one.failure !== null),
    );
    const error = record?.expect.find((one) => one.at === 'errors');
    const results = await after(async ({ catalog }) => {
      const identifier = { namespace: 'curated', name: `${record?.topic}_errors` };
      await deleteRows(catalog, identifier, '_merge_key', error?.mergeKey ?? '');
    });
    expect(missedClasses(results)).toEqual({ 'cde-violation': 1 });
  });

  it('misses a malformed payload that is not in the parse errors', async () => {
    const { topic, expectation } = expectationOf('malformed-payload-truncated', 'parse-errors');
    const results = await after(async ({ catalog }) => {
      const identifier = { namespace: 'standardized', name: `${topic}_parse_errors` };
      await deleteRows(catalog, identifier, 'message_id', expectation.messageId);
    });
    expect(missedClasses(results)).toEqual({ 'malformed-payload-truncated': 1 });
  });

  it('misses everything quarantined whose body is not in the archive', async () => {
    const results = await after(async ({ warehouse }) => {
      const archive = join(warehouse, '.lean-ops', 'archive');
      for (const name of await readdir(archive)) await rm(join(archive, name), { recursive: true });
    });
    const quarantined = results.filter(({ where }) => where === 'quarantine').map((result) => result.class);
    expect(quarantined).toContain('unknown-topic');
    expect(Object.keys(missedClasses(results)).sort()).toEqual([...quarantined].sort());
  });

  it('misses a fault whose value is another one', async () => {
    const changed = truth.map((record): GroundTruthRecord => {
      if (record.id !== firstLate?.id) return record;
      return {
        ...record,
        expect: record.expect.map((one) =>
          one.at === 'curated' && one.values !== null
            ? { ...one, values: { ...one.values, event_timestamp: '2025-01-01T00:00:00.000001Z' } }
            : one,
        ),
      };
    });
    expect(missedClasses(await after(async () => undefined, changed))).toEqual({ 'late-arrival': 1 });
  });

  it.each([
    'schema-drift-new',
    'name-collision',
    'message-id-reused',
    'duplicate-key',
    'lone-surrogate',
  ] as const)('misses every %s of a topic whose entry is not in the drift log', async (faultClass) => {
    const { topic, expectation } = expectationOf(faultClass, 'drift-log');
    const results = await after(async ({ catalog }) => {
      // Other entries of the same kind stay.
      const table = await catalog.loadTable({ namespace: 'ops', name: 'drift_log' });
      for await (const row of table.scan({ columns: ['topic', 'kind', 'path', 'entry_id'] }).rows()) {
        const { kind, path } = expectation;
        if (row['topic'] !== topic || row['kind'] !== kind || row['path'] !== path) continue;
        await deleteRows(catalog, table.identifier, 'entry_id', row['entry_id'] as string);
      }
    });
    const about = truth.filter(
      (record) =>
        record.topic === topic &&
        record.expect.some(
          (one) => one.at === 'drift-log' && one.kind === expectation.kind && one.path === expectation.path,
        ),
    );
    expect(about.length).toBeGreaterThan(0);
    expect(missedClasses(results)).toEqual({ [faultClass]: about.length });
  });

  it('misses a fault that was never sent', async () => {
    const other = generateStream({ events: EVENTS, seed: 12, topics: DEMO_PROFILES, rounds: 2 });
    const results = await after(async () => undefined, [...other.groundTruth]);
    expect(results.every(({ captured, injected }) => captured === 0 && injected > 0)).toBe(true);
  });

  const firstLate = truth.find(({ faultClass }) => faultClass === 'late-arrival');
});
