import { median } from '../harness.mjs';
import { alone, bounded } from '../rows.mjs';
import { ours } from './jobs.mjs';

const COMMITS = 1000;
const WINDOW = 20;

/** Small appends one after the other: how many in a second, and whether they get slower as the table gets older. */
export async function committing({ folder, quick, say }) {
  const commits = quick ? COMMITS / 4 : COMMITS;
  const title = `${commits.toLocaleString('en')} appends of 10 rows`;
  say(title);
  const { seconds, rows } = ours({ job: 'commits', folder, commits, runs: 1, warm: false }).result;
  if (rows !== commits * 10) throw new Error(`${title}: ${rows} rows are there`);
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const growth = median(seconds.slice(-WINDOW)) / median(seconds.slice(0, WINDOW));
  return [
    alone(`${title}: commits per second`, commits / total, '/s'),
    bounded(`${title}: the last against the first`, growth, { limit: 2, goal: 1, unit: '×' }),
  ];
}

/** The most memory that a process takes that goes through a table batch by batch. */
export async function remembering({ folder, quick, say }) {
  const size = quick ? 250_000_000 : 2_000_000_000;
  say(`memory: writing a table of ${size / 1e9} GB`);
  const { metadata, rows } = ours({ job: 'prepare_bytes', folder, bytes: size, runs: 1, warm: false }).result;
  const title = `peak memory, scan of ${size / 1e9} GB to Arrow batches`;
  say(title);
  const { result, peakBytes } = ours({ job: 'stream', metadata, runs: 1, warm: false });
  if (result.rows !== rows) throw new Error(`${title}: ${result.rows} rows instead of ${rows}`);
  return [bounded(title, peakBytes / 1e6, { limit: 400, goal: 200, unit: 'MB' })];
}
