import {
  invalidMetadata,
  isRecord,
  type Json,
  type JsonRecord,
  longField,
  numberField,
  optional,
  unknownKeys,
} from '../metadata/json-fields.js';
import type { SnapshotRef } from './snapshot.js';

const KNOWN_KEYS = ['snapshot-id', 'type', 'min-snapshots-to-keep', 'max-snapshot-age-ms', 'max-ref-age-ms'];

/** Reads the branches and tags of a table; `main` may be left out. Throws `INVALID_METADATA`. */
export function readRefs(json: JsonRecord, currentSnapshotId: bigint | null): Record<string, SnapshotRef> {
  const refs: Record<string, SnapshotRef> = {};
  const documents = json['refs'];
  if (documents !== undefined && !isRecord(documents)) throw invalidMetadata('an object "refs"', documents);
  for (const [name, ref] of Object.entries(documents ?? {})) {
    if (!isRecord(ref)) throw invalidMetadata(`a reference "${name}"`, ref);
    refs[name] = refFromJson(ref);
  }
  if (refs['main'] === undefined && currentSnapshotId !== null)
    refs['main'] = { snapshotId: currentSnapshotId, type: 'branch' };
  return refs;
}

/** Reads one branch or tag, in metadata or in an update of it. */
export function refFromJson(json: JsonRecord, known: readonly string[] = []): SnapshotRef {
  return {
    snapshotId: longField(json, 'snapshot-id'),
    type: json['type'] === 'tag' ? 'tag' : 'branch',
    ...optional('minSnapshotsToKeep', json['min-snapshots-to-keep'], () =>
      numberField(json, 'min-snapshots-to-keep'),
    ),
    ...optional('maxSnapshotAgeMs', json['max-snapshot-age-ms'], () =>
      Number(longField(json, 'max-snapshot-age-ms')),
    ),
    ...optional('maxRefAgeMs', json['max-ref-age-ms'], () => Number(longField(json, 'max-ref-age-ms'))),
    ...unknownKeys(json, [...KNOWN_KEYS, ...known]),
  };
}

export function refToJson(ref: SnapshotRef): Json {
  return {
    'snapshot-id': ref.snapshotId,
    type: ref.type,
    ...(ref.minSnapshotsToKeep === undefined ? {} : { 'min-snapshots-to-keep': ref.minSnapshotsToKeep }),
    ...(ref.maxSnapshotAgeMs === undefined ? {} : { 'max-snapshot-age-ms': ageJson(ref.maxSnapshotAgeMs) }),
    ...(ref.maxRefAgeMs === undefined ? {} : { 'max-ref-age-ms': ageJson(ref.maxRefAgeMs) }),
    ...ref.extra,
  };
}

/** Some writers say "for ever" with the highest 64-bit integer, which a number rounds up. */
function ageJson(milliseconds: number): Json {
  if (Number.isSafeInteger(milliseconds)) return milliseconds;
  return milliseconds >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(Math.trunc(milliseconds));
}
