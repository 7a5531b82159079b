import { writeFileSync } from 'node:fs';
import { median } from '../harness.mjs';
import { bounded, compared } from '../rows.mjs';
import { upsertNumbers } from './dataset.mjs';
import { ours, python, requireSame, sparkMerge } from './jobs.mjs';
import { sparkPeer } from './others.mjs';

const KEYS = 10_000;
const BARS = {
  recent: { PyIceberg: { floor: 6, goal: 15 }, Spark: { floor: 6, goal: 15 } },
  random: { PyIceberg: { floor: 4, goal: 15 }, Spark: { floor: 4, goal: 15 } },
};

/** Upserts of 10,000 rows, half of which are there already: the newest ones, and some all over the table. */
export async function changing({ peers, folder, runs, quick, say }) {
  const rows = quick ? 2_000_000 : 10_000_000;
  say(`changing: writing ${rows.toLocaleString('en')} rows for each library`);
  const homes = { ours: `${folder}/ours`, PyIceberg: `${folder}/pyiceberg`, Spark: `${folder}/spark` };
  const spark = quick ? null : await sparkPeer(say);
  const untimed = { runs: 1, warm: false };
  ours({ job: 'prepare', folder: homes.ours, rows, ...untimed });
  python(peers, { job: 'prepare', folder: homes.PyIceberg, rows, ...untimed });
  if (spark !== null) ours({ job: 'prepare', folder: homes.Spark, rows, ...untimed });

  const patterns = ['recent', 'random'];
  // Rows are inserted with each run, so that the second pattern begins with more of them.
  const turns = patterns.map((pattern, index) =>
    turnsFile(`${folder}/${pattern}.json`, { rows: rows + (index * (runs + 1) * KEYS) / 2, pattern, runs }),
  );
  const title = (pattern) => `upsert 10,000 into ${rows / 1e6} M rows, ${pattern} keys`;
  const measured = { ours: [], PyIceberg: [], Spark: [] };
  for (const [index, pattern] of patterns.entries()) {
    say(title(pattern));
    const job = { job: 'upsert', turns: turns[index], runs };
    measured.PyIceberg.push(python(peers, { ...job, folder: homes.PyIceberg }));
    measured.ours.push(ours({ ...job, folder: homes.ours }));
  }
  if (spark !== null) {
    say('the same by Spark');
    measured.Spark = sparkMerge(spark, { folder: homes.Spark, turns }).measured;
  }
  const table = [];
  for (const [index, pattern] of patterns.entries()) {
    // All are read back by the same reader.
    const facts = (who) =>
      python(peers, { job: 'scan', metadata: measured[who][index].result.metadata, ...untimed }).result;
    const mine = facts('ours');
    for (const who of ['PyIceberg', ...(spark === null ? [] : ['Spark'])]) {
      requireSame(`${title(pattern)}, ${who}`, mine, facts(who));
      table.push(
        compared(
          title(pattern),
          who,
          measured.ours[index].seconds,
          measured[who][index].seconds,
          BARS[pattern][who],
        ),
      );
    }
  }
  return table;
}

/** The same upsert into tables each ten times as large as the one before. */
export async function growing({ folder, quick, full, say }) {
  const runs = 9;
  const sizes = quick ? [200_000, 2_000_000] : [1_000_000, 10_000_000, ...(full ? [100_000_000] : [])];
  if (full && !quick) say('growing: a table of 100 M rows needs 3 GB of disk until it is measured');
  const rows = [];
  let before = null;
  for (const size of sizes) {
    const title = `upsert 10,000 into ${size / 1e6} M rows, recent keys`;
    say(title);
    const home = `${folder}/${size}`;
    ours({ job: 'prepare', folder: home, rows: size, runs: 1, warm: false });
    const turns = turnsFile(`${folder}/${size}.json`, { rows: size, pattern: 'recent', runs });
    const took = median(ours({ job: 'upsert', folder: home, turns, runs }).seconds);
    if (before !== null)
      rows.push(bounded(`${title}: growth`, took / before, { limit: 1.5, goal: 1, unit: '×' }));
    before = took;
  }
  return rows;
}

function turnsFile(path, { rows, pattern, runs }) {
  const turns = Array.from({ length: runs + 1 }, (_, turn) =>
    upsertNumbers({ rows, keys: KEYS, pattern, turn }),
  );
  writeFileSync(path, JSON.stringify(turns));
  return path;
}
