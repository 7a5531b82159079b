import type { RebuildProgress } from '@lean-ops/curate';

const STEPS: Readonly<Record<string, string>> = {
  standardize: 'RAW to Standardized',
  curate: 'Standardized to Curated',
  audit: 'checking that the new tables add up',
  publish: 'putting the new tables in the place of the old ones',
  published: 'clearing up',
  abandon: 'bringing the old tables back',
};

/** How far a rebuild is, in a line. */
export function progressText({ topic, step, rows, totalRows, ...pace }: RebuildProgress): string {
  const { rowsPerSecond, remainingMs } = pace;
  if (totalRows === 0) return `${topic}: ${STEPS[step] ?? step}`;
  const done = `${topic}: ${STEPS[step] ?? step}, ${count(rows)} of ${count(totalRows)} rows`;
  if (rowsPerSecond === null || remainingMs === null) return done;
  return `${done}, ${count(Math.round(rowsPerSecond))} a second, ${duration(remainingMs)} left`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
