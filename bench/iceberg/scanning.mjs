import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compared } from '../rows.mjs';
import { hyparquet, ours, python, requireSame } from './jobs.mjs';
import { hyparquetFolder } from './others.mjs';

const FILTERED = { columns: ['id', 'level'], filter: 'level < 100' };
const BARS = { floor: 0.5, goal: 1 };

/** Reading a table that PyIceberg wrote: everything, and two columns with a filter that keeps one row of a hundred. */
export async function scanning({ peers, folder, runs, quick, say }) {
  const rows = quick ? 2_000_000 : 5_000_000;
  say(`scanning: writing ${rows.toLocaleString('en')} rows`);
  const { metadata } = python(peers, { job: 'prepare', folder, rows, runs: 1, warm: false }).result;
  const table = [];
  for (const [what, options] of [
    ['8 columns', {}],
    ['2 columns, filter keeping 1 %', FILTERED],
  ]) {
    const title = `scan ${rows / 1e6} M rows to Arrow, ${what}`;
    say(title);
    const job = { job: 'scan', runs: runs + 2, metadata, ...options };
    const theirs = python(peers, job);
    const mine = ours(job);
    requireSame(title, mine.result, theirs.result);
    table.push(compared(title, 'PyIceberg', mine.seconds, theirs.seconds, BARS));
  }
  table.push(...(await toRows({ folder, metadata, runs, quick, say, rows })));
  return table;
}

async function toRows({ folder, metadata, runs, quick, say, rows }) {
  const title = `read ${rows / 1e6} M rows to plain objects, 8 columns`;
  say(title);
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => join(folder, name));
  const times = quick ? 1 : runs;
  const theirs = hyparquet({ files, modules: await hyparquetFolder(), runs: times });
  const mine = ours({ job: 'rows', metadata, runs: times });
  requireSame(title, mine.result, theirs.result);
  return [compared(title, 'hyparquet', mine.seconds, theirs.seconds, { floor: 2, goal: 5 })];
}
