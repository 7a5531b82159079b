import type { ContractType, Sensitivity, TopicContract } from '@lean-ops/core';
import { compileContract } from '../validate/compiled-contract.js';
import { curatedLayout } from './curated-table.js';

/** A column of `curated.{topic}`. */
export interface CuratedTableColumn {
  readonly name: string;
  /** As stored: a masked column is `string`, whatever the contract's type. */
  readonly type: ContractType;
  /** Whether every row has a value. */
  readonly required: boolean;
  /** How its values are masked; null where they are not. */
  readonly sensitive: Exclude<Sensitivity, 'drop'> | null;
}

/**
 * The columns that `curated.{topic}` has under a contract, in their order: those of lean-ops, the partitioning's, the
 * governed ones but for those that are dropped. Source: docs/layer_definitions.md, "Curated".
 *
 * @throws {CurateError} `CONTRACT_INVALID`, `PATH_INVALID`: as the Curated job would refuse the contract.
 * @example
 * curatedColumns(contract).filter(({ sensitive }) => sensitive !== null);
 */
export function curatedColumns(contract: TopicContract): CuratedTableColumn[] {
  // Which column is hashed matters here, by which key does not.
  const { columns } = compileContract(contract, [], { maskingKey: Buffer.from('not used') });
  return curatedLayout(contract, columns).fields.map(({ name, type, required = false }) => ({
    name,
    type: type as ContractType,
    required,
    sensitive: (contract.columns[name]?.sensitive ?? null) as CuratedTableColumn['sensitive'],
  }));
}
