import type { TopicContract } from '@lean-ops/core';
import {
  type AbandonOptions,
  abandonRebuild,
  type RebuildOptions,
  type RebuildPoint,
  type RebuildReport,
  rebuild,
} from '@lean-ops/curate';
import type { Table, TableIdentifier } from '@lean-ops/iceberg';
import { CONTRACT, CURATED, ERRORS, envelope, PARSE_ERRORS, type RAW, STANDARDIZED, World } from './world.js';

export const DAY = 86_400;
export const TABLES = { STANDARDIZED, CURATED, PARSE_ERRORS, ERRORS };

/** Another key, order, type and partitioning: nothing of it can be had by changing tables. */
export const BROKEN: TopicContract = {
  ...CONTRACT,
  version: '2.0.0',
  key: '$.name',
  orderBy: ['$.rank'],
  partitionBy: ['name'],
  columns: {
    amount: { type: 'int', cde: true },
    name: { type: 'string' },
    rank: { type: 'long' },
  },
};

/** Copies, corrections, late losers, malformed messages, failures: six commits of RAW. */
export function batches(): ReturnType<typeof envelope>[][] {
  const all: ReturnType<typeof envelope>[][] = [];
  for (let commit = 0; commit < 6; commit++) {
    const rows = Array.from({ length: 6 }, (_, row) => {
      const key = (commit * 5 + row * 3) % 17;
      const amount = key % 5 === 0 ? 'not a number' : key % 3 === 0 ? '7' : '1.5';
      return envelope({
        idempotency_key: key === 16 ? null : `k${key}`,
        sent: 1_000 + ((commit * 7 + row * 11) % 40),
        received: 2_000 + commit * DAY + row,
        payload: { name: `n${key % 7}`, amount, rank: (commit * row) % 9, [`extra${commit % 4}`]: commit },
      });
    });
    const first = rows[0]!;
    const copy = {
      ...first,
      sqs_message_id: `${first.sqs_message_id}-again`,
      ingestion_ts: first.ingestion_ts + 5n,
    };
    all.push([...rows, copy, envelope({ json: '{"broken', received: 2_500 + commit * DAY })]);
  }
  return all;
}

const MARKS = new Set(['_source_snapshot_id', '_updated_ts', '_seen']);

/** Rows without the marks of the run, in any order. */
async function content(world: World, identifier: TableIdentifier): Promise<string[]> {
  const rows = await world.rows(identifier as typeof RAW);
  return rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .filter(([name, value]) => !MARKS.has(name) && value !== null)
          .sort(([left], [right]) => (left < right ? -1 : 1)),
        (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
      ),
    )
    .sort();
}

/** Of errors those that are open: which superseded versions have failed depends on when Curated ran. */
export async function contents(world: World): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const [name, identifier] of Object.entries(TABLES)) all[name] = await content(world, identifier);
  const versionOf = (row: Record<string, unknown>) =>
    `${row['_merge_key']} ${row['message_id']} ${row['_payload_hash']}`;
  const current = new Set((await world.rows(STANDARDIZED)).map(versionOf));
  all['ERRORS'] = all['ERRORS']!.filter((row) => current.has(versionOf(Object.fromEntries(JSON.parse(row)))));
  return all;
}

export class RebuildWorld extends World {
  readonly received: ReturnType<typeof envelope>[] = [];
  #calls = 0;

  override async receive(rows: readonly ReturnType<typeof envelope>[]): Promise<void> {
    this.received.push(...rows);
    await super.receive(rows);
  }

  async round(contract: TopicContract | null, token = 1n): Promise<void> {
    await this.standardize({ contract, fencingToken: token });
    if (contract !== null) await this.curate({ contract, fencingToken: token });
  }

  options(changes: Partial<RebuildOptions> = {}): RebuildOptions {
    this.#calls++;
    return {
      ...this.job({ contract: BROKEN, fencingToken: BigInt(10 + this.#calls), workers: 0 }),
      journals: this.state.journals,
      random: { uuid: () => `${this.#calls}`.padStart(8, '0') },
      maxRowsPerCommit: 20,
      ...changes,
    };
  }

  async rebuild(changes: Partial<RebuildOptions> = {}): Promise<RebuildReport> {
    return await rebuild(this.options(changes));
  }

  async abandon(changes: Partial<AbandonOptions> = {}): Promise<{ generation: number }> {
    return await abandonRebuild({ ...this.options(), ...changes });
  }

  async table(identifier: TableIdentifier): Promise<Table> {
    return await this.catalog.loadTable(identifier);
  }
}

const built = new Map<string, Promise<Record<string, string[]>>>();

/** The tables that a first run over all of RAW makes. */
export async function fromScratch(
  received: readonly ReturnType<typeof envelope>[],
  contract: TopicContract | null,
): Promise<Record<string, string[]>> {
  const build = async () => {
    const world = new RebuildWorld();
    await world.receive(received);
    await world.round(contract);
    return await contents(world);
  };
  const name = `${JSON.stringify(contract)} ${received.map(({ message_id }) => message_id).join()}`;
  const found = built.get(name) ?? build();
  built.set(name, found);
  return await found;
}

/** Files below the tables' folders that the tables do not need. */
export async function strays(world: RebuildWorld): Promise<string[]> {
  const found: string[] = [];
  for (const identifier of Object.values(TABLES)) {
    if (!(await world.catalog.tableExists(identifier))) continue;
    const table = await world.table(identifier);
    const { orphans } = await table.removeOrphanFiles({
      dryRun: true,
      force: true,
      olderThan: world.clock.now() + DAY * 1e6,
    });
    found.push(...orphans.map(({ path }) => path));
    for await (const { path } of table.storage.list(table.folder))
      if (/rebuild-.*\/(metadata|audit)\//.test(path)) found.push(path);
  }
  return found;
}

export const killAt = (point: RebuildPoint) => {
  let armed = true;
  return {
    hooks: {
      at: (reached: RebuildPoint) => {
        if (reached !== point || !armed) return;
        armed = false;
        throw new Error(`killed at ${point}`);
      },
    },
  };
};
