import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryLogger, MemoryMetrics } from '@lean-ops/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { topicResource } from '../handlers/shared/lease.js';
import { withPlatform } from './support/open-platform.js';
import { messagesOf, ROUND_MS, registerTopics } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const NOW = ROUND_MS[0];
let warehouse: TemporaryWarehouse;

beforeEach(async () => {
  warehouse = new TemporaryWarehouse();
  await withPlatform(warehouse.path, NOW, async (platform) => {
    await registerTopics(platform);
    await platform.send(messagesOf(0));
    await platform.pump();
  });
});

afterEach(() => warehouse.remove());

/** Every file of a table's folder whose name ends so. */
function filesOf(table: string, suffix: string): string[] {
  const folder = join(warehouse.path, table);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(folder, name));
}

/** Spoils files; gives what mends them. */
function spoil(files: readonly string[]): () => void {
  expect(files.length).toBeGreaterThan(0);
  const originals = files.map((file) => [file, readFileSync(file)] as const);
  for (const file of files) writeFileSync(file, 'spoiled');
  return () => {
    for (const [file, bytes] of originals) writeFileSync(file, bytes);
  };
}

describe('a topic whose RAW data cannot be read', () => {
  it('fails alone, is reported, gives up its lease, and goes on once it is mended', async () => {
    const mend = spoil(filesOf('raw/meter_readings_staging', '.parquet'));
    const logger = new MemoryLogger();
    const metrics = new MemoryMetrics();
    await withPlatform(
      warehouse.path,
      NOW,
      async (platform) => {
        const { topics } = await platform.orchestrate();
        expect(topics).toMatchObject([
          { topic: 'meter_readings', outcome: 'failed', standardized: null, curated: null },
          { topic: 'visits', outcome: 'succeeded', error: null },
        ]);
        expect(topics[0]?.error?.message).toMatch(/parquet/i);
        expect(topics[1]?.standardized?.inserted).toBe(30);
        expect(metrics.total('TopicFailed', { topic: 'meter_readings' })).toBe(1);
        expect(logger.lines.filter(({ message }) => message === 'topic failed')).toHaveLength(1);
        expect(await platform.state.leases.get(topicResource('meter_readings'))).toBeNull();
        const runs = await platform.catalog.loadTable({ namespace: 'ops', name: 'job_runs' });
        const failed = [];
        for await (const row of runs.scan().rows()) if (row['status'] === 'failed') failed.push(row['topic']);
        expect(new Set(failed)).toEqual(new Set(['meter_readings']));
        mend();
      },
      { logger, metrics },
    );
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const { topics } = await platform.orchestrate();
      expect(topics.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
      for (const { topic, differences } of await platform.reconcile()) expect(differences, topic).toEqual([]);
    });
  });
});

describe('a topic whose RAW table does not take records', () => {
  it('has them archived as delivery failures, accounted for, while other topics are delivered', async () => {
    const mend = spoil(filesOf('raw/meter_readings_staging', '.metadata.json'));
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.send([
        { queueTopic: 'meter-readings', body: '{"a":1}', sqsMessageId: 'refused', sentTimestampMs: NOW },
        { queueTopic: 'visits', body: '{"a":1}', sqsMessageId: 'taken', sentTimestampMs: NOW },
      ]);
      expect(await platform.pump()).toMatchObject({
        received: 2,
        accepted: 2,
        delivered: 1,
        deliveryFailures: 1,
      });
      mend();
      await platform.orchestrate();
      const [meters, visits] = await platform.reconcile();
      expect(meters).toMatchObject({
        balanced: true,
        deliveryFailures: 1,
        messages: 31,
        raw: 30,
        inFlight: 0,
      });
      expect(visits).toMatchObject({ balanced: true, deliveryFailures: 0, messages: 31, raw: 31 });
      for await (const { archiveKey } of platform.state.errors.list({ kind: 'delivery-failure' })) {
        const archived = await platform.archive.get(archiveKey);
        expect(archived).toMatchObject({ topic: 'meter_readings', sqsMessageId: 'refused' });
        expect(JSON.parse(archived.body)).toMatchObject({ json_payload: '{"a":1}' });
      }
    });
  });
});
