// All events of a topic from RAW through Standardized into Curated, from nothing: the memory it takes.
import { statfsSync } from 'node:fs';
import { alone, bounded } from '../rows.mjs';
import { ours, seconds } from './jobs.mjs';

const EVENTS = 10_000_000;
const COMMITS = 100;
/** Bytes on disk that an event takes in all three layers. */
const BYTES_PER_EVENT = 500;
const FLOOR_GB = 1.5;
const GOAL_GB = 1;

/** Only with `--full`: it takes disk, said before it begins, and its time. `events` is for trying it out. */
export async function rebuild({ folder, say, events = EVENTS }) {
  const many = `${events.toLocaleString('en')} events`;
  const needed = events * BYTES_PER_EVENT;
  const { bavail, bsize } = statfsSync(folder);
  say(
    `rebuild of ${many}: needs ${gigabytes(needed)} GB of disk in ${folder}, has ${gigabytes(bavail * bsize)}`,
  );
  if (bavail * bsize < needed) throw new Error(`${folder} has too little room: set TMPDIR to a larger disk`);
  say(`writing ${many} to RAW in ${COMMITS} commits`);
  ours({ job: 'prepare', folder, rows: events, commits: COMMITS, runs: 1 });
  say('RAW to Standardized to Curated');
  const done = ours({ job: 'rebuild', folder, runs: 1 });
  const { rowsRead, rows, curated } = done.result;
  if (rowsRead !== events) throw new Error(`${rowsRead} of ${events} rows were read`);
  if (curated !== rows) throw new Error(`Standardized has ${rows} rows and Curated ${curated}`);
  const peak = done.peakBytes / 1e9;
  const title = `rebuild of ${many}`;
  return [
    bounded(`${title}, peak memory`, peak, { limit: FLOOR_GB, goal: GOAL_GB, unit: 'GB' }),
    alone(`${title}, wall`, seconds(done, 'wall'), 's'),
    alone(`${title}, CPU`, seconds(done, 'cpu'), 's'),
  ];
}

function gigabytes(bytes) {
  return (bytes / 1e9).toFixed(1);
}
