import { IcebergError } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { SnapshotRef } from '../snapshot/snapshot.js';

const DEFAULT_MAX_SNAPSHOT_AGE_MS = 5 * 24 * 60 * 60 * 1000;
const DEFAULT_MIN_SNAPSHOTS = 1;

/** What a caller asks of retention, over the table's properties. */
export interface RetentionOptions {
  /** Milliseconds since 1970. */
  now: number;
  /** Snapshots from before this time may go; the default of branches that say nothing themselves. */
  olderThan?: number;
  /** Newest snapshots of a branch to keep whatever their age; the default of branches that say nothing themselves. */
  retainLast?: number;
  /** Snapshots to expire by name. Alone, nothing else is expired. */
  snapshotIds?: readonly bigint[];
}

/** What has outlived its retention. */
export interface Expiry {
  readonly snapshotIds: ReadonlySet<bigint>;
  readonly refs: readonly string[];
}

/**
 * Chooses the snapshots and refs of a table to expire (spec, "Snapshot Retention Policy"). A ref goes when its snapshot
 * is older than its `max-ref-age-ms`, `main` never. Of a branch that stays, the newest `min-snapshots-to-keep` snapshots
 * stay, and those after them up to the first that is older than `max-snapshot-age-ms`; of a tag, its snapshot. Snapshots
 * that no ref that stays leads to go by age alone. Pure.
 *
 * Throws `INVALID_ARGUMENT` for a snapshot given by name that a ref holds, and for properties that are no counts;
 * `SNAPSHOT_NOT_FOUND` for one the table does not have.
 */
export function planExpiry(metadata: TableMetadata, options: RetentionOptions): Expiry {
  const named = options.snapshotIds ?? [];
  const byAge =
    options.snapshotIds === undefined || options.olderThan !== undefined || options.retainLast !== undefined;
  const refs = byAge ? refsToKeep(metadata, options.now) : metadata.refs;
  checkNamed(metadata, named, refs);
  const kept = byAge ? snapshotsToKeep(metadata, refs, options) : null;
  const expired = metadata.snapshots
    .map((snapshot) => snapshot.snapshotId)
    .filter((id) => named.includes(id) || kept?.has(id) === false);
  return {
    snapshotIds: new Set(expired),
    refs: Object.keys(metadata.refs).filter((name) => !(name in refs)),
  };
}

type Refs = Readonly<Record<string, SnapshotRef>>;

function refsToKeep(metadata: TableMetadata, now: number): Refs {
  const defaultAge = countProperty(metadata, 'history.expire.max-ref-age-ms', Number.POSITIVE_INFINITY);
  const times = new Map(metadata.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot.timestampMs]));
  const kept = Object.entries(metadata.refs).filter(([name, ref]) => {
    if (name === 'main') return true;
    const time = times.get(ref.snapshotId);
    // A ref to a snapshot that is gone holds nothing.
    return time !== undefined && now - time <= (ref.maxRefAgeMs ?? defaultAge);
  });
  return Object.fromEntries(kept);
}

function snapshotsToKeep(metadata: TableMetadata, refs: Refs, options: RetentionOptions): Set<bigint> {
  const maxAge = countProperty(metadata, 'history.expire.max-snapshot-age-ms', DEFAULT_MAX_SNAPSHOT_AGE_MS);
  const olderThan = options.olderThan ?? options.now - maxAge;
  const least =
    options.retainLast ??
    countProperty(metadata, 'history.expire.min-snapshots-to-keep', DEFAULT_MIN_SNAPSHOTS);
  const kept = new Set<bigint>();
  const referenced = new Set<bigint>();
  const present = new Set(metadata.snapshots.map((snapshot) => snapshot.snapshotId));
  for (const ref of Object.values(refs)) {
    if (!present.has(ref.snapshotId)) continue;
    kept.add(ref.snapshotId);
    referenced.add(ref.snapshotId);
    if (ref.type === 'tag') continue;
    const oldest = ref.maxSnapshotAgeMs === undefined ? olderThan : options.now - ref.maxSnapshotAgeMs;
    const ancestors = snapshotAncestors(metadata, ref.snapshotId);
    const end = ancestors.findIndex(
      (snapshot, index) => index >= (ref.minSnapshotsToKeep ?? least) && snapshot.timestampMs < oldest,
    );
    for (const [index, { snapshotId }] of ancestors.entries()) {
      referenced.add(snapshotId);
      if (end === -1 || index < end) kept.add(snapshotId);
    }
  }
  // Staged snapshots, and those that a rollback or a dropped ref has left behind.
  for (const { snapshotId, timestampMs } of metadata.snapshots)
    if (!referenced.has(snapshotId) && timestampMs >= olderThan) kept.add(snapshotId);
  return kept;
}

function checkNamed(metadata: TableMetadata, named: readonly bigint[], refs: Refs): void {
  const present = new Set(metadata.snapshots.map((snapshot) => snapshot.snapshotId));
  for (const id of named) {
    if (!present.has(id)) {
      throw new IcebergError(
        `Snapshot ${id} cannot be expired: the table at ${metadata.location} has none.`,
        {
          code: 'SNAPSHOT_NOT_FOUND',
          context: { snapshotId: id, location: metadata.location },
        },
      );
    }
    const holders = Object.keys(refs).filter((name) => refs[name]!.snapshotId === id);
    if (holders.length === 0) continue;
    throw new IcebergError(
      `Snapshot ${id} cannot be expired: ${holders.map((name) => `"${name}"`).join(', ')} refers to it. Drop or move the ref first.`,
      { code: 'INVALID_ARGUMENT', context: { snapshotId: id, refs: holders } },
    );
  }
}

/** A property that is no count stops the work: a default in its place could expire what somebody meant to keep. */
function countProperty(metadata: TableMetadata, name: string, fallback: number): number {
  const text = metadata.properties[name];
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new IcebergError(`The table property ${name} is "${text}"; it must be a positive integer.`, {
    code: 'INVALID_ARGUMENT',
    context: { property: name, value: text, location: metadata.location },
  });
}
