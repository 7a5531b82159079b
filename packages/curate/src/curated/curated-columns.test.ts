import type { TopicContract } from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { expect, it } from 'vitest';
import { changeTopicTable } from '../deploy/topic-tables.js';
import { curatedColumns } from './curated-columns.js';

const CONTRACT: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  partitionBy: ['period_reference', 'day(placed)'],
  columns: {
    placed: { type: 'timestamptz' },
    amount: { type: 'decimal(10,2)', cde: true },
    card: { type: 'long', sensitive: 'last4' },
    mail: { type: 'string', sensitive: 'hash' },
    note: { type: 'string', sensitive: 'drop' },
  },
};

it('the columns of a contract are those of the table that a deploy makes', async () => {
  const catalog = new MemoryCatalog();
  await changeTopicTable('curated', { catalog, topic: 'orders', contract: CONTRACT, fencingToken: 1n });
  const table = await catalog.loadTable({ namespace: 'curated', name: 'orders' });
  const there = table.schema().fields.map(({ name, type, required }) => ({
    name,
    type: String(type).replaceAll(' ', ''),
    required,
  }));
  expect(curatedColumns(CONTRACT).map(({ name, type, required }) => ({ name, type, required }))).toEqual(
    there,
  );
  expect(there.map(({ name }) => name)).toContain('period_reference');
});

it('masked columns are text and say how, dropped ones are not there', () => {
  const governed = curatedColumns(CONTRACT).filter(({ name }) => Object.hasOwn(CONTRACT.columns, name));
  expect(governed.map(({ name, type, sensitive }) => [name, type, sensitive])).toEqual([
    ['placed', 'timestamptz', null],
    ['amount', 'decimal(10,2)', null],
    ['card', 'string', 'last4'],
    ['mail', 'string', 'hash'],
  ]);
});
