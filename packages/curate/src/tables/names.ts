import type { OpsTable } from '@lean-ops/core';
import type { TableIdentifier } from '@lean-ops/iceberg';
import type { LayerNames } from '../job.js';

/** The tables of one topic. */
export interface TopicTables {
  readonly raw: TableIdentifier;
  readonly standardized: TableIdentifier;
  readonly parseErrors: TableIdentifier;
  readonly curated: TableIdentifier;
  readonly errors: TableIdentifier;
}

/** Fills in the default namespaces. */
function layerNames(names: Partial<LayerNames> = {}): LayerNames {
  const { raw = 'raw', standardized = 'standardized', curated = 'curated', ops = 'ops' } = names;
  return { raw, standardized, curated, ops };
}

/** The identifiers of a topic's tables. `topic` is the table-safe spelling. */
export function topicTables(topic: string, names: Partial<LayerNames> = {}): TopicTables {
  const { raw, standardized, curated } = layerNames(names);
  return {
    raw: { namespace: raw, name: `${topic}_staging` },
    standardized: { namespace: standardized, name: topic },
    parseErrors: { namespace: standardized, name: `${topic}_parse_errors` },
    curated: { namespace: curated, name: topic },
    errors: { namespace: curated, name: `${topic}_errors` },
  };
}

/**
 * The tables of a topic, each before the one that it is made of, so that they can be dropped in turn.
 *
 * @example for (const identifier of topicTableNames('events')) await catalog.dropTable(identifier);
 */
export function topicTableNames(topic: string, names?: Partial<LayerNames>): TableIdentifier[] {
  const { raw, standardized, parseErrors, curated, errors } = topicTables(topic, names);
  return [errors, curated, parseErrors, standardized, raw];
}

export function opsTable(table: OpsTable, names: Partial<LayerNames> = {}): TableIdentifier {
  return { namespace: layerNames(names).ops, name: table };
}

/** `namespace.name`, as messages and `ops` rows spell a table. */
export function tableName({ namespace, name }: TableIdentifier): string {
  return `${namespace}.${name}`;
}
