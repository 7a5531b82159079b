import type { Table, TransactionOptions } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import {
  readWatermark,
  sameWatermark,
  tableToken,
  type Watermark,
  watermarkProperty,
  watermarkSummary,
} from './watermark.js';

/** A commit that moves a table's watermark together with its data. */
export interface WatermarkCommit {
  /** The table as it was read. */
  readonly table: Table;
  readonly sourceUuid: string;
  /** The watermark as it was read; another one at commit time ends the run. */
  readonly from: Watermark | null;
  readonly to: Watermark;
  readonly fencingToken: bigint;
  /** Further entries of the summary, asked for at commit time: by then the run's figures are known. */
  readonly summary: () => Readonly<Record<string, string>>;
  /** Further properties, asked for at commit time. */
  readonly properties?: () => Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of the transaction. The guard runs on the refreshed table at every attempt, not only the first: a retry that
 * only took the new head over would append a competitor's work twice.
 *
 * The commit throws `WATERMARK_MOVED`, `LEASE_LOST` or `GENERATION_MISMATCH`; none is retried.
 */
export function commitOptions(commit: WatermarkCommit): TransactionOptions {
  const { sourceUuid, to, fencingToken, summary, properties, signal } = commit;
  return {
    get summary() {
      return {
        ...summary(),
        ...watermarkSummary(sourceUuid, to),
        [KEYS.fencingToken]: String(fencingToken),
      };
    },
    properties: (written) => ({
      ...properties?.(),
      ...watermarkProperty(sourceUuid, to, written),
      [KEYS.fencingToken]: String(fencingToken),
    }),
    check: (fresh) => guard(fresh, commit),
    emptySnapshot: true,
    ...(signal === undefined ? {} : { signal }),
  };
}

/**
 * What has to hold of the refreshed table at every attempt of a commit.
 *
 * @throws {CurateError} `LEASE_LOST`, `GENERATION_MISMATCH`, `WATERMARK_MOVED`.
 */
export function guard(
  fresh: Table,
  {
    table,
    sourceUuid,
    from,
    fencingToken,
  }: Pick<WatermarkCommit, 'table' | 'sourceUuid' | 'from' | 'fencingToken'>,
): void {
  const name = tableName(fresh.identifier);
  refuseLowerToken(fresh, fencingToken);
  if (fresh.properties[KEYS.generation] !== table.properties[KEYS.generation] || fresh.uuid !== table.uuid) {
    throw new CurateError(`table ${name} was rebuilt while this run was reading: run the job again`, {
      code: 'GENERATION_MISMATCH',
      retryable: true,
      context: { table: name },
    });
  }
  const now = readWatermark(fresh, sourceUuid);
  if (!sameWatermark(now, from)) {
    throw new CurateError(
      `the watermark of ${name} moved from ${from?.snapshotId ?? 'the beginning'} to ${now?.snapshotId ?? 'the beginning'} while this run was working: another run was faster, nothing was written`,
      {
        code: 'WATERMARK_MOVED',
        context: { table: name, expected: from?.snapshotId ?? null, found: now?.snapshotId ?? null },
      },
    );
  }
}

/** @throws {CurateError} `LEASE_LOST` when the table was written under a higher fencing token. */
export function refuseLowerToken(table: Table, fencingToken: bigint): void {
  const held = tableToken(table);
  if (held <= fencingToken) return;
  const name = tableName(table.identifier);
  throw new CurateError(
    `table ${name} was written under fencing token ${held} and this run holds ${fencingToken}: its lease is over, the run that holds the newer one goes on`,
    { code: 'LEASE_LOST', context: { table: name, held, token: fencingToken } },
  );
}
