import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import type { Schema } from '../schema/schema.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import type { IcebergType, NestedField } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
import { manifestsOf } from './snapshot-files.js';

/**
 * Updates that remove the partition specs and schemas nothing refers to once only `retained` snapshots are left. A
 * schema stays where it alone knows a column: an old spec or an equality delete file may still ask for its type.
 */
export async function removeUnusedMetadata(
  metadata: TableMetadata,
  retained: readonly Snapshot[],
  options: { io: TableIo; signal?: AbortSignal | undefined },
): Promise<TableUpdate[]> {
  const manifests = await manifestsOf(retained, { ...options, metadata });
  const specs = new Set([metadata.defaultSpecId]);
  for (const manifest of manifests.values()) specs.add(manifest.specId);
  const specIds = metadata.partitionSpecs.map((spec) => spec.specId).filter((id) => !specs.has(id));
  const schemaIds = unusedSchemas(metadata, retained);
  return [
    ...(specIds.length > 0 ? [{ action: 'remove-partition-specs' as const, specIds }] : []),
    ...(schemaIds.length > 0 ? [{ action: 'remove-schemas' as const, schemaIds }] : []),
  ];
}

function unusedSchemas(metadata: TableMetadata, retained: readonly Snapshot[]): number[] {
  const used = new Set([metadata.currentSchemaId, ...retained.map((snapshot) => snapshot.schemaId)]);
  const known = new Set<number>();
  const learn = (schema: Schema): boolean => {
    const before = known.size;
    for (const id of fieldIds(schema.fields)) known.add(id);
    return known.size > before;
  };
  for (const schema of metadata.schemas) if (used.has(schema.schemaId)) learn(schema);
  return metadata.schemas
    .toReversed()
    .filter((schema) => !used.has(schema.schemaId) && !learn(schema))
    .map((schema) => schema.schemaId);
}

function fieldIds(fields: readonly NestedField[]): number[] {
  return fields.flatMap((field) => [field.id, ...idsIn(field.type)]);
}

function idsIn(type: IcebergType): number[] {
  if (isPrimitive(type)) return [];
  if (type.type === 'struct') return fieldIds(type.fields);
  if (type.type === 'list') return [type.elementId, ...idsIn(type.element)];
  return [type.keyId, ...idsIn(type.key), type.valueId, ...idsIn(type.value)];
}
