import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { IcebergError, type Storage, type Table } from '../../src/index.js';
import { GROUP_ROWS, SHARED, type WriterReport } from './mixed-commits.js';
import { runWorker } from './run-worker.js';

const WORKER = fileURLToPath(new URL('commit-worker.ts', import.meta.url));

/** How often readers met snapshots, and how the writers fared. */
export interface BusySummary {
  readings: number;
  commits: number;
  attempts: number;
  refused: number;
  milliseconds: number;
}

/**
 * Several processes commit to one table while this one reads it. Every snapshot read is whole; in the end every commit
 * that was reported is there exactly once, the rows are those that the writers left, and every retained snapshot can
 * still be read. The first writer expires snapshots, compacts and rewrites manifests besides.
 */
export async function writeAtOnce(options: {
  /** `folder`, or the endpoint of an S3 store. */
  place: string;
  warehouse: string;
  table: Table;
  storage: Storage;
  writers: number;
  commits: number;
  pauseMs: number;
}): Promise<BusySummary> {
  const began = performance.now();
  let running = true;
  const results = Promise.all(
    Array.from({ length: options.writers }, (_, writer) =>
      runWorker<WriterReport>(WORKER, [
        options.place,
        options.warehouse,
        String(writer),
        String(options.commits),
        writer === 0 ? 'upkeep' : '',
      ]),
    ),
  ).finally(() => {
    running = false;
  });
  // Awaited below, after the readings in between.
  results.catch(() => undefined);
  let readings = 0;
  while (running) {
    await readWhole(options.table);
    readings++;
    await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
  }
  const reports = await results;
  const milliseconds = Math.round(performance.now() - began);
  const last = await options.table.refresh();
  await expectEveryCommitOnce(last, options.storage, reports);
  await expectRowsOf(last, reports);
  for (const snapshot of last.snapshots())
    expectWhole(await rowsAt(last, snapshot.snapshotId), `snapshot ${snapshot.snapshotId}`);
  const made = reports.flatMap((report) => report.made);
  return {
    readings,
    commits: made.length,
    attempts: made.reduce((sum, commit) => sum + commit.attempts, 0),
    refused: reports.reduce((sum, report) => sum + report.refused, 0),
    milliseconds,
  };
}

type BusyRow = { id: string; group: string; version: bigint };

async function rowsAt(table: Table, snapshotId: bigint): Promise<BusyRow[]> {
  const rows: BusyRow[] = [];
  for await (const row of table.scan({ snapshotId }).rows()) rows.push(row as unknown as BusyRow);
  return rows;
}

async function readWhole(table: Table): Promise<void> {
  const seen = await table.refresh();
  const snapshot = seen.currentSnapshot();
  if (snapshot === null) return;
  try {
    expectWhole(await rowsAt(seen, snapshot.snapshotId), `snapshot ${snapshot.snapshotId} in between`);
  } catch (error) {
    // Expired while it was read: only then may one of its files be gone.
    if (!(error instanceof IcebergError) || error.code !== 'FILE_NOT_FOUND') throw error;
    const retained = (await table.refresh()).snapshots();
    if (retained.some(({ snapshotId }) => snapshotId === snapshot.snapshotId)) throw error;
  }
}

/** All rows of a group are there, in one version, or none; the shared row is there once at most. */
function expectWhole(rows: readonly BusyRow[], where: string): void {
  const groups = Map.groupBy(
    rows.filter((row) => row.id !== SHARED),
    (row) => row.group,
  );
  for (const [group, members] of groups) {
    expect(members.map((row) => row.id).sort(), `${where}, group ${group}`).toEqual(
      Array.from({ length: GROUP_ROWS }, (_, at) => `${group}#${at}`),
    );
    expect(new Set(members.map((row) => row.version)).size, `${where}, group ${group}`).toBe(1);
  }
  expect(rows.filter((row) => row.id === SHARED).length, where).toBeLessThanOrEqual(1);
}

/** The versions of the table, one after another, are the commits that were reported, each of them once. */
async function expectEveryCommitOnce(
  last: Table,
  storage: Storage,
  reports: readonly WriterReport[],
): Promise<void> {
  const folder = last.metadataLocation.slice(0, last.metadataLocation.lastIndexOf('/'));
  const newest = Number(/v(\d+)\.metadata\.json$/.exec(last.metadataLocation)![1]);
  const published: { id: string; operation: string }[] = [];
  let sequence = 0;
  for (let version = 1; version <= newest; version++) {
    const text = new TextDecoder().decode(await storage.read(`${folder}/v${version}.metadata.json`));
    // Ids are longer than numbers of JSON.parse are exact.
    const exact = text.replace(/("(?:current-|parent-)?snapshot-id"\s*:\s*)(-?\d+)/g, '$1"$2"');
    const document = JSON.parse(exact) as VersionDocument;
    // A version without a snapshot of its own: the table's making, or an expiry.
    if (document['last-sequence-number'] === sequence) continue;
    sequence = document['last-sequence-number'];
    const id = document['current-snapshot-id'];
    const snapshot = document.snapshots.find((candidate) => candidate['snapshot-id'] === id);
    published.push({ id, operation: snapshot!.summary.operation });
  }
  const made = reports.flatMap((report) => report.made);
  const reported = made.flatMap((commit) => (commit.snapshotId === null ? [] : [commit.snapshotId]));
  const known = new Set(reported);
  expect(new Set(published.map(({ id }) => id)).size, 'every version has a snapshot of its own').toBe(
    published.length,
  );
  const others = published.filter(({ id }) => !known.has(id));
  // Compactions tell how often they committed, not as what.
  expect(others.map(({ operation }) => operation)).toEqual(
    Array.from({ length: made.reduce((sum, commit) => sum + commit.compactions, 0) }, () => 'replace'),
  );
  const found = published.filter(({ id }) => known.has(id));
  expect(found.map(({ id }) => id).sort()).toEqual(reported.sort());
}

interface VersionDocument {
  'last-sequence-number': number;
  'current-snapshot-id': string;
  snapshots: { 'snapshot-id': string; summary: { operation: string } }[];
}

async function expectRowsOf(last: Table, reports: readonly WriterReport[]): Promise<void> {
  const rows = await rowsAt(last, last.currentSnapshot()!.snapshotId);
  expectWhole(rows, 'the last snapshot');
  const wanted = reports.flatMap((report) => Object.entries(report.groups));
  const found = new Map(
    rows.filter((row) => row.id !== SHARED).map((row) => [row.group, String(row.version)]),
  );
  expect([...found].sort()).toEqual(wanted.sort());
  const upserts = reports
    .flatMap((report) => report.made)
    .filter((commit) => commit.shared !== undefined)
    .sort((left, right) => Number(left.sequenceNumber) - Number(right.sequenceNumber));
  const shared = rows.filter((row) => row.id === SHARED).map((row) => row.group);
  expect(shared).toEqual(upserts.slice(-1).map((commit) => commit.shared));
}
