import { ASSUMED } from './assumptions.js';
import { type Basis, type CostLine, same } from './cost-line.js';
import type { Flow, Load } from './flow.js';

/** Files, the requests that write and read them, and the keys. */
export function storageLines(load: Load, flow: Flow, { prices, settings }: Basis): CostLine[] {
  const { topics, averageBytes, keptDays } = load;
  const puts =
    flow.deliveries * ASSUMED.objectsPerDelivery +
    flow.busyRuns * ASSUMED.jobsPerRound * ASSUMED.objectsPerCommit +
    flow.nights * topics * ASSUMED.layers * ASSUMED.objectsPerMaintenance;
  const gets =
    flow.busyRuns * ASSUMED.jobsPerRound * ASSUMED.readsPerRun + flow.nights * topics * ASSUMED.readsPerNight;
  const bytesPerDay = (flow.events / flow.nights) * averageBytes * ASSUMED.compression * ASSUMED.layers;
  const noncurrentDays = settings.buckets['warehouse']!.expireNoncurrentDays ?? keptDays;
  // Small files stay until their snapshots expire, and as old versions after that.
  const replacedDays = ASSUMED.snapshotDays + noncurrentDays;
  const gb = (bytes: number): number => (bytes / 1e9) * prices.s3PerGbMonth;
  const kms = (puts + gets) / ASSUMED.objectsPerKmsRequest;
  return [
    same('S3', `rows of ${keptDays} days in three layers`, gb(bytesPerDay * keptDays)),
    same('S3', 'files that maintenance replaced, until they expire', gb(bytesPerDay * replacedDays)),
    same('S3', 'versions of RAW metadata', gb(rawMetadataBytes(load, flow, noncurrentDays))),
    same(
      'S3',
      'requests',
      (puts / 1_000) * prices.s3PerThousandPuts + (gets / 1_000) * prices.s3PerThousandGets,
    ),
    same(
      'KMS',
      'keys and requests',
      ASSUMED.kmsKeys * prices.kmsPerKey + (kms / 10_000) * prices.kmsPerTenThousandRequests,
    ),
  ];
}

/** Every delivery writes the table's metadata anew, which names every snapshot that is kept. */
function rawMetadataBytes({ topics }: Load, { deliveries, nights }: Flow, noncurrentDays: number): number {
  const perDay = deliveries / nights / topics;
  const each = ASSUMED.metadataBytes + perDay * ASSUMED.snapshotDays * ASSUMED.metadataBytesPerSnapshot;
  return topics * each * (ASSUMED.metadataVersions + perDay * noncurrentDays);
}
