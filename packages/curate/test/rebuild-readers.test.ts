import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TopicContract } from '@lean-ops/core';
import { rebuild } from '@lean-ops/curate';
import { FolderCatalog } from '@lean-ops/iceberg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePythonPeers } from '../../../scripts/peers/python.js';
import { suiteWhere } from '../../../test/support/suite-where.js';
import { type ForeignTable, readWith } from '../../iceberg/test/interop/python-readers.js';
import { canonicalRows, sortRows } from '../../iceberg/test/support/canonical-rows.js';
import { CONTRACT, CURATED, ERRORS, envelope, PARSE_ERRORS, STANDARDIZED, World } from './support/world.js';

const { peers, missing } = await ensurePythonPeers();
const TABLES = [STANDARDIZED, CURATED, ERRORS, PARSE_ERRORS];
const BROKEN: TopicContract = {
  ...CONTRACT,
  version: '2.0.0',
  key: '$.name',
  columns: { amount: { type: 'int', cde: true }, name: { type: 'string' } },
};

/** Other readers find in rebuilt tables what we do, by the columns' new ids and types. */
suiteWhere(missing, 'rebuilt tables, read by others', () => {
  let folder: string;
  let world: World;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rebuilt-'));
    world = new World(new FolderCatalog({ warehouse: folder }));
    for (let commit = 0; commit < 4; commit++) {
      const rows = Array.from({ length: 9 }, (_, row) =>
        envelope({
          idempotency_key: `k${row}`,
          sent: 1_000 + commit,
          payload: {
            name: `n${(row + commit) % 5}`,
            amount: row === 4 ? 'x' : `${row}`,
            [`more${commit}`]: 1,
          },
        }),
      );
      await world.receive([...rows, envelope({ json: '{"broken' })]);
      if (commit === 1) {
        await world.standardize({ contract: CONTRACT });
        await world.curate({ contract: CONTRACT });
      }
    }
    await rebuild({
      ...world.job({ contract: BROKEN, fencingToken: 5n, workers: 0 }),
      journals: world.state.journals,
      random: { uuid: () => '01234567' },
      maxRowsPerCommit: 10,
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(['pyiceberg', 'duckdb'] as const)('%s finds the same rows', async (reader) => {
    const tables = await Promise.all(TABLES.map((identifier) => world.catalog.loadTable(identifier)));
    const found: ForeignTable[] = await readWith(
      peers!,
      reader,
      tables.map(({ metadataLocation }) => metadataLocation),
    );
    for (const [index, table] of tables.entries()) {
      const name = `${table.identifier.namespace}.${table.identifier.name}`;
      expect(sortRows(found[index]!.rows), name).toEqual(await canonicalRows(table));
      expect(
        found[index]!.columns.map((column) => column.name),
        name,
      ).toEqual(table.schema().fields.map((field) => field.name));
      expect(await table.scan().count(), name).toBeGreaterThan(0);
    }
  });
});
