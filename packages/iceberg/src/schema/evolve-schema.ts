import { IcebergError } from '../error.js';
import { schemaIdFor } from '../metadata/apply-definitions.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import { parseTransform, transformResultType } from '../partition/transform.js';
import { schemaById } from '../scan/select-snapshot.js';
import { isPrimitive } from '../type/primitive.js';
import { fieldsById, type LocatedField } from './field-path.js';
import { checkIdentifiers } from './identifier-fields.js';
import { NAME_MAPPING_PROPERTY, nameMappingOf } from './name-mapping.js';
import type { Schema } from './schema.js';
import { isSameSchema } from './schema-codec.js';
import { SchemaDraft, type SchemaOperation } from './schema-draft.js';
import { printNameMapping, updateNameMapping } from './update-name-mapping.js';

/** Prefixes of properties that end in the path of a column. */
const COLUMN_PROPERTIES = [
  'write.metadata.metrics.column.',
  'write.parquet.bloom-filter-enabled.column.',
  'write.parquet.stats-enabled.column.',
];

/** What a change of definitions amounts to on some version of the table. */
export interface EvolvedDefinitions {
  readonly updates: readonly TableUpdate[];
  /** Ids of what the change found by name and of what it added: others mean another change. */
  readonly found: readonly number[];
  readonly added: readonly number[];
}

/** Takes the steps of a schema change on a table's current schema. Throws what the steps throw. */
export function evolveSchema(
  metadata: TableMetadata,
  operations: readonly SchemaOperation[],
): EvolvedDefinitions {
  const draft = draftOf(metadata);
  for (const operation of operations) operation(draft);
  const updates = schemaUpdates(metadata, draft.fields, draft.identifierFieldIds, draft.lastColumnId);
  const properties = updates.length === 0 ? [] : propertyUpdates(metadata, draft);
  return { updates: [...updates, ...properties], found: draft.found, added: [...draft.added.keys()] };
}

/** A table's current schema, to be changed. */
export function draftOf(metadata: TableMetadata): SchemaDraft {
  return new SchemaDraft(metadata, schemaById(metadata, metadata.currentSchemaId));
}

/** Updates that make a schema of these fields the current one; none where it is. Throws `INCOMPATIBLE_EVOLUTION`. */
export function schemaUpdates(
  metadata: TableMetadata,
  fields: Schema['fields'],
  identifierFieldIds: readonly number[],
  lastColumnId: number,
): TableUpdate[] {
  const before = schemaById(metadata, metadata.currentSchemaId);
  const { identifierFieldIds: _before, ...rest } = before;
  const schema: Schema = {
    ...rest,
    fields,
    ...(identifierFieldIds.length === 0 ? {} : { identifierFieldIds }),
  };
  if (isSameSchema(schema, before)) return [];
  checkIdentifiers(schema, before);
  checkSources(metadata, schema, before);
  const { id, present } = schemaIdFor(metadata, schema);
  // One that the table had before is made current again; -1 would not mean it on every server.
  if (present) return [{ action: 'set-current-schema', schemaId: id }];
  return [
    { action: 'add-schema', schema: { ...schema, schemaId: id }, lastColumnId },
    { action: 'set-current-schema', schemaId: -1 },
  ];
}

/** What the current partitioning and sort order rest on must stay, and fit their transforms. */
function checkSources(metadata: TableMetadata, schema: Schema, before: Schema): void {
  const fields = fieldsById(schema);
  const check = (sourceId: number, transform: string, what: string): void => {
    const parsed = parseTransform(transform);
    if (parsed.name === 'void') return;
    const source = fields.get(sourceId);
    if (source === undefined) {
      const name = fieldsById(before).get(sourceId)?.path ?? `of id ${sourceId}`;
      throw new IcebergError(
        `Column "${name}" cannot be dropped: the table is ${what} it. Change that first.`,
        { code: 'INCOMPATIBLE_EVOLUTION', context: { column: name } },
      );
    }
    if (isPrimitive(source.field.type)) transformResultType(parsed, source.field.type);
  };
  const { partitionSpecs, defaultSpecId, sortOrders, defaultSortOrderId } = metadata;
  const spec = partitionSpecs.find(({ specId }) => specId === defaultSpecId);
  for (const { sourceId, transform } of spec?.fields ?? []) check(sourceId, transform, 'partitioned by');
  const order = sortOrders.find(({ orderId }) => orderId === defaultSortOrderId);
  for (const { sourceId, transform } of order?.fields ?? []) check(sourceId, transform, 'sorted by');
}

/** Properties that name columns follow their columns. */
function propertyUpdates(metadata: TableMetadata, draft: SchemaDraft): TableUpdate[] {
  const before = fieldsById(schemaById(metadata, metadata.currentSchemaId));
  const after = fieldsById(draft);
  const updates: Record<string, string> = {};
  const removals: string[] = [];
  for (const [key, value] of Object.entries(metadata.properties)) {
    const prefix = COLUMN_PROPERTIES.find((start) => key.startsWith(start));
    if (prefix === undefined) continue;
    const path = key.slice(prefix.length);
    const id = Array.from(before.values()).find((located) => located.path === path)?.field.id;
    const now = id === undefined ? undefined : after.get(id)?.path;
    if (id === undefined || now === path) continue;
    removals.push(key);
    if (now !== undefined) updates[`${prefix}${now}`] = value;
  }
  Object.assign(updates, mappingUpdate(metadata, draft, after));
  // A name may have gone from one column to another.
  const removed = removals.filter((key) => !Object.hasOwn(updates, key));
  return [
    ...(removed.length === 0 ? [] : [{ action: 'remove-properties' as const, removals: removed }]),
    ...(Object.keys(updates).length === 0 ? [] : [{ action: 'set-properties' as const, updates }]),
  ];
}

function mappingUpdate(
  metadata: TableMetadata,
  draft: SchemaDraft,
  after: ReadonlyMap<number, LocatedField>,
): Record<string, string> {
  const mapping = nameMappingOf(metadata.properties);
  if (mapping === null) return {};
  const added = new Set([...after.keys()].filter((id) => id > metadata.lastColumnId));
  const updated = printNameMapping(updateNameMapping(mapping, draft.fields, added));
  return updated === printNameMapping(mapping) ? {} : { [NAME_MAPPING_PROPERTY]: updated };
}
