import { IcebergError } from '../error.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import { isCompatibleSpec } from '../partition/partition-spec-codec.js';
import type { Schema } from '../schema/schema.js';
import { isSameSchema } from '../schema/schema-codec.js';
import { isSameOrder, type SortOrder } from '../sort-order/sort-order.js';
import type { Progress } from './apply-updates.js';
import type { TableMetadata } from './table-metadata.js';

/**
 * Schemas, specs and sort orders: one that is there already is not added a second time, a new one gets the next id, as
 * the reference implementation does it. Stagers use the same functions, so that they know the ids before the commit.
 */

/** The id of an equal schema, or the next free one. */
export function schemaIdFor(metadata: TableMetadata, schema: Schema): { id: number; present: boolean } {
  const same = metadata.schemas.find((candidate) => isSameSchema(candidate, schema));
  if (same !== undefined) return { id: same.schemaId, present: true };
  return { id: 1 + Math.max(...metadata.schemas.map(({ schemaId }) => schemaId)), present: false };
}

/** The id of a compatible spec, or the next free one. */
export function specIdFor(metadata: TableMetadata, spec: PartitionSpec): { id: number; present: boolean } {
  const same = metadata.partitionSpecs.find((candidate) => isCompatibleSpec(candidate, spec));
  if (same !== undefined) return { id: same.specId, present: true };
  return { id: 1 + Math.max(...metadata.partitionSpecs.map(({ specId }) => specId)), present: false };
}

/** The id of an equal sort order, or the next free one; unsorted is always 0. */
export function orderIdFor(metadata: TableMetadata, order: SortOrder): { id: number; present: boolean } {
  const same = metadata.sortOrders.find((candidate) => isSameOrder(candidate, order));
  if (same !== undefined) return { id: same.orderId, present: true };
  if (order.fields.length === 0) return { id: 0, present: false };
  return { id: 1 + Math.max(0, ...metadata.sortOrders.map(({ orderId }) => orderId)), present: false };
}

export function addSchema(
  progress: Progress,
  update: { readonly schema: Schema; readonly lastColumnId: number },
): Progress {
  const { metadata } = progress;
  const { id, present } = schemaIdFor(metadata, update.schema);
  return {
    ...progress,
    lastAdded: { ...progress.lastAdded, schemaId: id },
    metadata: {
      ...metadata,
      schemas: present ? metadata.schemas : [...metadata.schemas, { ...update.schema, schemaId: id }],
      lastColumnId: Math.max(metadata.lastColumnId, update.lastColumnId),
    },
  };
}

export function setSchema(progress: Progress, requested: number): Progress {
  const { metadata, lastAdded } = progress;
  const ids = metadata.schemas.map(({ schemaId }) => schemaId);
  const currentSchemaId = resolveId('schema', requested, lastAdded.schemaId, ids);
  return { ...progress, metadata: { ...metadata, currentSchemaId } };
}

export function addSpec(progress: Progress, spec: PartitionSpec): Progress {
  const { metadata } = progress;
  const { id, present } = specIdFor(metadata, spec);
  const highest = Math.max(metadata.lastPartitionId, ...spec.fields.map(({ fieldId }) => fieldId));
  return {
    ...progress,
    lastAdded: { ...progress.lastAdded, specId: id },
    metadata: present
      ? metadata
      : {
          ...metadata,
          partitionSpecs: [...metadata.partitionSpecs, { ...spec, specId: id }],
          lastPartitionId: highest,
        },
  };
}

export function setSpec(progress: Progress, requested: number): Progress {
  const { metadata, lastAdded } = progress;
  const ids = metadata.partitionSpecs.map(({ specId }) => specId);
  const defaultSpecId = resolveId('partition spec', requested, lastAdded.specId, ids);
  return { ...progress, metadata: { ...metadata, defaultSpecId } };
}

export function addSortOrder(progress: Progress, order: SortOrder): Progress {
  const { metadata } = progress;
  const { id, present } = orderIdFor(metadata, order);
  return {
    ...progress,
    lastAdded: { ...progress.lastAdded, orderId: id },
    metadata: present
      ? metadata
      : { ...metadata, sortOrders: [...metadata.sortOrders, { ...order, orderId: id }] },
  };
}

export function setSortOrder(progress: Progress, requested: number): Progress {
  const { metadata, lastAdded } = progress;
  const ids = metadata.sortOrders.map(({ orderId }) => orderId);
  const defaultSortOrderId = resolveId('sort order', requested, lastAdded.orderId, ids);
  return { ...progress, metadata: { ...metadata, defaultSortOrderId } };
}

function resolveId(
  what: string,
  requested: number,
  lastAdded: number | undefined,
  known: readonly number[],
): number {
  const id = requested === -1 ? lastAdded : requested;
  if (id !== undefined && known.includes(id)) return id;
  throw new IcebergError(
    requested === -1
      ? `There is no ${what} that these updates have added, which -1 stands for.`
      : `The table has no ${what} ${requested}; it has ${known.join(', ')}.`,
    { code: 'INVALID_ARGUMENT', context: { id: requested } },
  );
}
