import { IcebergError } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { Schema } from '../schema/schema.js';
import { snapshotNotFound } from '../snapshot/ancestors.js';
import type { Snapshot, SnapshotRef } from '../snapshot/snapshot.js';
import { parseDate, parseTimestampNanos } from '../type/temporal-text.js';

/** Which version of a table to read: one of these at most; none means the current snapshot. */
export interface TimeTravelOptions {
  snapshotId?: bigint;
  /** A branch or tag. */
  ref?: string;
  /** The snapshot that was current at this time. A number counts milliseconds since 1970; text is ISO 8601 with a zone, or a date, which means its first instant in UTC. */
  asOf?: Date | number | string;
}

/** A snapshot, `null` for that of a table without any, and the schema to read it with. */
export interface SelectedSnapshot {
  readonly snapshot: Snapshot | null;
  readonly schema: Schema;
}

/**
 * Resolves time travel options. The schema is the snapshot's own for a snapshot id, a time and a tag; it is the table's
 * current one for a branch and for now, as in the reference implementation.
 * Throws `INVALID_ARGUMENT`, `SNAPSHOT_NOT_FOUND`, `REF_NOT_FOUND`.
 */
export function selectSnapshot(metadata: TableMetadata, options: TimeTravelOptions): SelectedSnapshot {
  const { snapshotId, ref, asOf } = options;
  const given = Object.entries({ snapshotId, ref, asOf }).filter(([, value]) => value !== undefined);
  if (given.length > 1) throw severalGiven(Object.fromEntries(given));
  const current = schemaById(metadata, metadata.currentSchemaId);
  if (snapshotId !== undefined) return withOwnSchema(metadata, snapshotById(metadata, snapshotId));
  if (asOf !== undefined) return withOwnSchema(metadata, snapshotAsOf(metadata, asOf));
  if (ref !== undefined && !(ref === 'main' && metadata.currentSnapshotId === null)) {
    const found = refByName(metadata, ref);
    const snapshot = snapshotById(metadata, found.snapshotId);
    return found.type === 'tag' ? withOwnSchema(metadata, snapshot) : { snapshot, schema: current };
  }
  const id = metadata.currentSnapshotId;
  return { snapshot: id === null ? null : snapshotById(metadata, id), schema: current };
}

/** The snapshot that a scan of several snapshots ends with: an id, that of a ref, or the current one. */
export function selectEnd(
  metadata: TableMetadata,
  { toSnapshotId, ref }: { toSnapshotId?: bigint; ref?: string },
): Snapshot | null {
  if (toSnapshotId !== undefined && ref !== undefined) throw severalGiven({ toSnapshotId, ref });
  const options = toSnapshotId === undefined ? {} : { snapshotId: toSnapshotId };
  return selectSnapshot(metadata, ref === undefined ? options : { ref }).snapshot;
}

/** Throws `SNAPSHOT_NOT_FOUND`. */
export function snapshotById(metadata: TableMetadata, snapshotId: bigint): Snapshot {
  const found = metadata.snapshots.find((snapshot) => snapshot.snapshotId === snapshotId);
  if (found === undefined) throw snapshotNotFound(snapshotId, metadata);
  return found;
}

/** Throws `REF_NOT_FOUND`. */
export function refByName(metadata: TableMetadata, name: string): SnapshotRef {
  const ref = Object.hasOwn(metadata.refs, name) ? metadata.refs[name] : undefined;
  if (ref !== undefined) return ref;
  const names = Object.keys(metadata.refs).slice(0, 40).join(', ');
  throw new IcebergError(
    `The table at ${metadata.location} has no branch or tag "${name}"; it has ${names || 'none'}.`,
    { code: 'REF_NOT_FOUND', context: { ref: name, location: metadata.location } },
  );
}

/**
 * The snapshot that was current at a time, by the table's snapshot log, rolled back snapshots included.
 * Throws `SNAPSHOT_NOT_FOUND` for a time before the log begins and for a snapshot that was expired, `INVALID_ARGUMENT`.
 */
export function snapshotAsOf(metadata: TableMetadata, time: Date | number | string): Snapshot {
  const milliseconds = timeInMilliseconds(time);
  const id = snapshotIdAsOf(metadata, milliseconds);
  if (id !== null) return snapshotById(metadata, id);
  const [first] = metadata.snapshotLog;
  const begin =
    first === undefined ? 'has no snapshot log' : `has a snapshot log from ${isoText(first.timestampMs)} on`;
  throw new IcebergError(
    `No snapshot was current at ${isoText(milliseconds)}: the table at ${metadata.location} ${begin}.`,
    { code: 'SNAPSHOT_NOT_FOUND', context: { asOf: milliseconds, location: metadata.location } },
  );
}

/** The id of the snapshot that was current at a time in milliseconds, or `null`. */
export function snapshotIdAsOf(metadata: TableMetadata, milliseconds: number): bigint | null {
  let found: bigint | null = null;
  for (const entry of metadata.snapshotLog) if (entry.timestampMs <= milliseconds) found = entry.snapshotId;
  return found;
}

/** A schema by id. Throws `INVALID_METADATA`. */
export function schemaById(metadata: TableMetadata, schemaId: number): Schema {
  const schema = metadata.schemas.find((candidate) => candidate.schemaId === schemaId);
  if (schema !== undefined) return schema;
  throw new IcebergError(`The table metadata at ${metadata.location} has no schema ${schemaId}.`, {
    code: 'INVALID_METADATA',
    context: { schemaId },
  });
}

function withOwnSchema(metadata: TableMetadata, snapshot: Snapshot): SelectedSnapshot {
  return { snapshot, schema: schemaById(metadata, snapshot.schemaId ?? metadata.currentSchemaId) };
}

function severalGiven(given: Readonly<Record<string, unknown>>): IcebergError {
  const text = Object.entries(given)
    .map(([name, value]) => `${name} ${value}`)
    .join(' and ');
  return new IcebergError(`The options ${text} were given together; each names a snapshot, so give one.`, {
    code: 'INVALID_ARGUMENT',
    context: given,
  });
}

/** A time of the options in milliseconds since 1970. Throws `INVALID_ARGUMENT`. */
export function timeInMilliseconds(time: Date | number | string): number {
  const milliseconds =
    typeof time === 'number' ? time : typeof time === 'string' ? parsedText(time) : time.getTime();
  if (milliseconds !== null && Number.isFinite(milliseconds)) return milliseconds;
  throw new IcebergError(
    `${JSON.stringify(time)} is no time: give a Date, milliseconds since 1970, or ISO text with a zone such as 2026-11-23T10:00:00Z.`,
    { code: 'INVALID_ARGUMENT', context: { asOf: time } },
  );
}

function parsedText(text: string): number | null {
  const days = parseDate(text);
  if (days !== null) return days * 86_400_000;
  const parsed = parseTimestampNanos(text);
  return parsed?.zoned === true ? Math.floor(Number(parsed.nanos / 1000n) / 1000) : null;
}

function isoText(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? `${milliseconds} ms` : date.toISOString();
}
