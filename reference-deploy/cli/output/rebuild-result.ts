import type { Output } from '@lean-ops/iceberg/cli';

/** What a rebuild came to, wherever it ran. */
export interface RebuildResult {
  readonly topic: string;
  readonly status: string;
  readonly generation: number | null;
  readonly contractVersion?: string | null;
  readonly rows?: Readonly<Record<string, number | null>>;
  readonly carried?: number;
  /** Of the tables of before; on AWS nobody tells. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** For people. */
export async function printRebuild(result: RebuildResult, stdout: Output): Promise<void> {
  const { topic, generation } = result;
  if (result.status === 'abandoned') {
    await stdout.line(
      generation === null
        ? `${topic} was in no rebuild yet; it has its state back.`
        : `Rebuild ${generation} of ${topic} is given up: its tables are as they were.`,
    );
    return;
  }
  const { rows = {}, carried = 0, tags = {}, contractVersion = null } = result;
  const under = contractVersion === null ? 'without a contract' : `under contract ${contractVersion}`;
  await stdout.line(`${topic} is rebuilt ${under}, generation ${generation}.`);
  for (const [table, count] of Object.entries(rows)) {
    if (count !== null) await stdout.line(`  ${NAMES[table] ?? table}: ${count} rows`);
  }
  if (carried > 0) await stdout.line(`  ${carried} rows that RAW does not have were carried over`);
  for (const [table, tag] of Object.entries(tags)) await stdout.line(`  ${table} of before: tag ${tag}`);
}

const NAMES: Readonly<Record<string, string>> = {
  standardized: 'Standardized',
  curated: 'Curated',
  parseErrors: 'parse errors',
  errors: 'errors',
};
