import type { Sensitivity, TopicContract } from '@lean-ops/core';
import { curatedColumns } from '@lean-ops/curate';
import { type SqlType, sqlType } from './sql-type.js';

/** A column that a view may name. */
interface ViewableColumn {
  readonly type: SqlType;
  /** How its contract masks it; null where it does not. */
  readonly sensitive: Sensitivity | null;
}

/** The Curated table of a topic, as views see it. */
export interface CuratedTable {
  readonly topic: string;
  readonly columns: ReadonlyMap<string, ViewableColumn>;
  /** Columns of the contract that are not in the table. */
  readonly dropped: ReadonlySet<string>;
}

export function curatedTable(contract: TopicContract): CuratedTable {
  const columns = curatedColumns(contract).map(
    ({ name, type, sensitive }) => [name, { type: sqlType(type), sensitive }] as const,
  );
  const dropped = Object.entries(contract.columns).filter(([, column]) => column.sensitive === 'drop');
  return {
    topic: contract.topic,
    columns: new Map(columns),
    dropped: new Set(dropped.map(([name]) => name)),
  };
}
