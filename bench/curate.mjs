// The curate engine side by side with DuckDB, Polars, dlt and Spark on one job, results checked equal row by row.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEAVES, REPRINTED } from './curate/dataset.mjs';
import { ours, python, seconds, spark } from './curate/jobs.mjs';
import { large } from './curate/large.mjs';
import { enginesPython } from './curate/others.mjs';
import { rebuild } from './curate/rebuild.mjs';
import { sparkPeer } from './iceberg/others.mjs';
import { alone, bounded, compared } from './rows.mjs';

export const name = 'curate';

export async function run(options) {
  const folder = mkdtempSync(join(tmpdir(), 'lean-ops-bench-'));
  try {
    const rows = await standardizing({ ...options, folder });
    rows.push(...(await large({ ...options, folder })));
    if (options.full) rows.push(...(await rebuild({ ...options, folder })));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function standardizing({ folder, runs, quick, say }) {
  const engines = await enginesPython(say);
  const events = quick ? 200_000 : 1_000_000;
  const many = `${events.toLocaleString('en')} events`;
  say(`curate: writing ${many} to RAW`);
  const warehouse = join(folder, 'warehouse');
  const { files: raw } = ours({ job: 'prepare', folder: warehouse, rows: events, runs: 1 }).result;
  const job = { folder, raw, leaves: LEAVES, runs, warm: true };

  say('RAW to Standardized');
  const mine = ours({ job: 'standardize', folder: warehouse, runs, warm: true });
  const once = ours({ job: 'standardize', folder: warehouse, runs: 1, warm: false });
  const { wall, cpu } = { wall: seconds(mine, 'wall'), cpu: seconds(mine, 'cpu') };
  const result = once.result;
  const requireSame = (peer, { rows, files }, numbers = REPRINTED) => {
    const { rows: counts, different } = python(engines, {
      ...job,
      job: 'compare',
      left: result.files,
      right: files,
      numbers,
      runs: 1,
      warm: false,
    }).result;
    if (rows !== result.rows || different.some((count) => count > 0))
      throw new Error(`${peer} has other rows: ${counts} rows, only ours and only theirs: ${different}`);
  };

  say('DuckDB with the paths given');
  const duckdb = python(engines, { ...job, job: 'duckdb_given' });
  requireSame('DuckDB', duckdb.result);
  say(
    `all peers print the numbers of ${REPRINTED.length} columns anew (1.10 as 1.1): these are compared as numbers`,
  );
  const duckdbOnce = python(engines, { ...job, job: 'duckdb_given', runs: 1, warm: false });
  say('DuckDB finding the paths');
  const finding = python(engines, { ...job, job: 'duckdb_finding', runs: quick ? 1 : runs, warm: false });
  say('Polars with the schema given');
  const polars = python(engines, { ...job, job: 'polars', runs: 1, warm: false });
  requireSame('Polars', polars.result);
  const part = events / 10;
  say(`dlt on ${part.toLocaleString('en')} events`);
  const dlt = python(engines, { ...job, job: 'dlt', events: part, runs: 1, warm: false });
  const title = `RAW to Standardized, ${many}`;
  const rows = [
    compared(`${title}, wall`, 'DuckDB, paths given', wall, seconds(duckdb, 'wall'), { floor: 1, goal: 2 }),
    compared(`${title}, CPU`, 'DuckDB, paths given', cpu, seconds(duckdb, 'cpu'), { floor: 1, goal: 2 }),
    compared(`${title}, wall`, 'DuckDB finding paths', wall, seconds(finding, 'wall'), { floor: 3, goal: 6 }),
    compared(`${title}, wall`, 'Polars, schema given', wall, seconds(polars, 'wall'), { floor: 6, goal: 12 }),
    compared(
      `${title}, wall`,
      `dlt, a tenth of them, times 10`,
      wall,
      seconds(dlt, 'wall').map((one) => one * 10),
      {
        floor: 30,
        goal: 60,
      },
    ),
  ];
  const peer = await sparkPeer(say);
  if (peer !== null) {
    say('Spark with the schema given, warm');
    const sparked = spark(peer.python, { ...job, job: 'standardize', runs: quick ? 1 : runs });
    requireSame('Spark', sparked.result);
    rows.push(
      compared(`${title}, wall`, 'Spark local[2], schema given', wall, seconds(sparked, 'wall'), {
        floor: 3,
        goal: 6,
      }),
    );
  }
  rows.push(
    bounded(`${title}, peak memory`, once.peakBytes / 1e9, { limit: 0.8, goal: 0.4, unit: 'GB' }),
    compared(
      `${title}, peak memory`,
      'DuckDB, paths given',
      once.peakBytes / 1e9,
      duckdbOnce.peakBytes / 1e9,
      { unit: 'GB' },
    ),
  );

  say('Standardized to Curated');
  const curated = ours({ job: 'curate', folder: warehouse, runs: quick ? 1 : runs, warm: !quick });
  if (curated.result.rows !== result.rows) throw new Error(`Curated has ${curated.result.rows} rows`);
  const perRow = (what) => seconds(curated, what).map((one) => (one / result.rows) * 1e6);
  rows.push(
    alone(`Standardized to Curated, ${many}, wall`, perRow('wall'), 'µs/row'),
    alone(`Standardized to Curated, ${many}, CPU`, perRow('cpu'), 'µs/row'),
  );
  return rows;
}
