import { compared } from '../rows.mjs';
import { ours, python, requireSame } from './jobs.mjs';

/** Appending a million rows that are in memory to a new table. */
export async function writing({ peers, folder, runs, say }) {
  const rows = 1_000_000;
  const title = 'append 1 M rows, 8 columns';
  say(title);
  const theirs = python(peers, { job: 'append', rows, runs, folder: `${folder}/theirs` });
  const mine = ours({ job: 'append', rows, runs, folder: `${folder}/ours` });
  // Both are read back by the same reader.
  const [left, right] = [mine, theirs].map(({ result }) =>
    python(peers, { job: 'scan', metadata: result.metadata, runs: 1, warm: false }),
  );
  requireSame(title, left.result, right.result);
  return [compared(title, 'PyIceberg', mine.seconds, theirs.seconds, { floor: 0.5, goal: 1 })];
}
