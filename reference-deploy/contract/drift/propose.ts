import type { ContractColumn, ContractType, TopicContract } from '@lean-ops/core';
import { columnOf } from '@lean-ops/core/contract';
import { contractPaths } from '@lean-ops/curate';
import { Document, isMap } from 'yaml';
import type { ColumnProfile } from '../infer/column-profile.js';

/** A line for a field that no column reads. */
export function mappingProposal(profile: ColumnProfile, contract: TopicContract | null): string {
  let name = /^[a-z]/.test(profile.name) ? profile.name : `c${profile.name}`;
  while (contract !== null && columnOf(contract, name) !== undefined) name = `${name}_2`;
  return columnLine(name, {
    ...profile.column,
    ...(profile.path === `$.${name}` ? {} : { path: profile.path }),
  });
}

/** Whether a column of a contract reads a path. */
export function readsPath(contract: TopicContract, name: string, path: string): boolean {
  const columns = { [name]: contract.columns[name]! };
  return contractPaths({ ...contract, columns, orderBy: [], key: 'message_id' }).includes(path);
}

/** The column that reads a field under its old name, reading the new one too; nothing where no column did. */
export function renameProposal(
  contract: TopicContract | null,
  { from, to }: { readonly from: string | null; readonly to: string },
): readonly [column: string | null, line: string | null] {
  for (const [name, column] of Object.entries(contract?.columns ?? {})) {
    if (from === null || !readsPath(contract!, name, from)) continue;
    return [name, columnLine(name, { ...column, aliases: [...(column.aliases ?? []), to] })];
  }
  return [null, null];
}

const LOOKS: Readonly<Record<string, ContractType>> = {
  json: 'string',
  boolean: 'boolean',
  integer: 'long',
  number: 'double',
  date: 'date',
  instant: 'timestamptz',
  uuid: 'uuid',
  text: 'string',
};

/**
 * The column with the type that its values look like. Undefined where that is settled: the column has it, or there is no
 * such column any more.
 */
export function castProposal(
  contract: TopicContract | null,
  name: string | null,
  look: string | null,
): string | null | undefined {
  const column = name === null || contract === null ? undefined : columnOf(contract, name);
  const type = LOOKS[look ?? ''];
  if (name === null || column === undefined || column.type === type) return undefined;
  if (type === undefined) return null;
  const { epoch: _epoch, assumeUtc: _utc, min: _min, max: _max, default: _default, ...rest } = column;
  return `${columnLine(name, { ...rest, type })} # breaking: needs a reset`;
}

function columnLine(name: string, column: ContractColumn): string {
  const document = new Document({ [name]: column });
  const value = document.get(name);
  if (isMap(value)) value.flow = true;
  return document.toString({ lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}
