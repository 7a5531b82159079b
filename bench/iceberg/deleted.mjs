import { alone, compared } from '../rows.mjs';
import { ours, python, requireSame } from './jobs.mjs';

const BARS = { DuckDB: { floor: 0.5, goal: 1 }, PyIceberg: { floor: 0.5, goal: 1 } };

/** Reading a table of which every tenth row is deleted, by position delete files and by deletion vectors. */
export async function deleted({ peers, folder, runs, quick, say }) {
  const rows = quick ? 2_000_000 : 10_000_000;
  const table = [];
  for (const [what, version] of [
    ['position deletes', 2],
    ['rows in deletion vectors', 3],
  ]) {
    const title = `scan ${rows / 1e6} M rows to Arrow with ${rows / 1e7} M ${what}`;
    say(title);
    const properties = { 'format-version': String(version) };
    const { metadata } = ours({
      job: 'prepare_deletes',
      folder: `${folder}/v${version}`,
      rows,
      properties,
      runs: 1,
      warm: false,
    }).result;
    const job = { job: 'scan', runs, metadata };
    const mine = ours(job);
    for (const [peer, theirJob] of [
      ['DuckDB', 'duckdb_scan'],
      ['PyIceberg', 'scan'],
    ]) {
      let theirs;
      try {
        theirs = python(peers, { ...job, job: theirJob });
      } catch (error) {
        const why = error.message.trim().split('\n').at(-1).slice(0, 80);
        table.push(alone(`${title} (${peer} does not: ${why})`, mine.seconds, 's'));
        continue;
      }
      requireSame(`${title}, ${peer}`, mine.result, theirs.result);
      table.push(compared(title, peer, mine.seconds, theirs.seconds, BARS[peer]));
    }
  }
  return table;
}
