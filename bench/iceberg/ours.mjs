// The benched jobs done by this library: one job per process, its runs timed here, as peers.py does it for the others.
// usage: node ours.mjs JSON; prints {"seconds": [per run], "cpuSeconds", "result": of the last run, "peakBytes"}.
import { readFileSync } from 'node:fs';
import { batchOf, fields, range } from './dataset.mjs';
import { fingerprint } from './fingerprint.mjs';
import { iceberg } from './library.mjs';

const { FolderCatalog, openTable, parseFilter } = iceberg;
const IDENTIFIER = { namespace: 'bench', name: 't' };
const APPEND_ROWS = 125_000;

const options = JSON.parse(process.argv[2]);
const path = options.metadata?.replace(/^file:\/\//, '');
const opened = () => openTable({ metadataLocation: path });
const scanOptions = () => ({
  ...(options.columns === undefined ? {} : { columns: options.columns }),
  ...(options.filter === undefined ? {} : { filter: parseFilter(options.filter) }),
});

/** The numbered rows in batches, as a stream would deliver them. */
function* batches(first, rows) {
  for (let start = 0; start < rows; start += APPEND_ROWS)
    yield batchOf(range(first + start, Math.min(APPEND_ROWS, rows - start)));
}

/** A table of so many rows, one file per million. */
async function tableOf(folder, rows, properties = {}) {
  const catalog = new FolderCatalog({ warehouse: folder });
  let table = await catalog.createTable(IDENTIFIER, { schema: { fields }, properties });
  for (let start = 0; start < rows; start += 1_000_000)
    ({ table } = await table.append(batches(start, Math.min(1_000_000, rows - start))));
  return table;
}

const jobs = {
  /** Chooses files. */
  plan: () => async () => {
    const tasks = await (await opened()).scan(scanOptions()).planFiles();
    return tasks.map((task) => task.dataFile.file.filePath).sort();
  },
  /** Reads to one Arrow table. */
  scan: () => async () => (await opened()).scan(scanOptions()).toArrow(),
  /** Reads to plain objects, not keeping them. */
  rows: () => async () => {
    let rows = 0;
    let levels = 0;
    for await (const row of (await opened()).scan(scanOptions()).rows()) {
      rows += 1;
      levels += row.level;
    }
    return { rows, levels };
  },
  /** Appends rows that are in memory already, each time to a new table. */
  append: async () => {
    const data = [...batches(0, options.rows)];
    let turn = 0;
    return async () => {
      turn += 1;
      const catalog = new FolderCatalog({ warehouse: `${options.folder}/${turn}` });
      const created = await catalog.createTable(IDENTIFIER, { schema: { fields } });
      const { table } = await created.append(data);
      return { metadata: table.metadataLocation };
    };
  },
  /** Writes a table of so many rows; not timed. */
  prepare: () => async () => {
    const table = await tableOf(options.folder, options.rows, options.properties);
    return { metadata: table.metadataLocation };
  },
  /** Changes rows by key in a table that is there, and adds as many new ones. */
  upsert: async () => {
    let table = await new FolderCatalog({ warehouse: options.folder }).loadTable(IDENTIFIER);
    const turns = JSON.parse(readFileSync(options.turns, 'utf8'));
    const data = turns.map((numbers, turn) => batchOf(numbers, (turn + 1) * 10_000));
    return async () => {
      ({ table } = await table.upsert(data.shift(), { key: ['id'] }));
      return { metadata: table.metadataLocation };
    };
  },
  /** Writes a table with every tenth row deleted by position; not timed. */
  prepare_deletes: () => async () => {
    const table = await tableOf(options.folder, options.rows, options.properties);
    const transaction = table.transaction();
    const tasks = await table.scan().planFiles();
    await transaction.deletePositions(
      tasks.map(({ dataFile: { file } }) => ({
        file: file.filePath,
        positions: range(0, Number(file.recordCount) / 10).map((position) => position * 10),
      })),
    );
    return { metadata: (await transaction.commit()).table.metadataLocation };
  },
  /** Small commits one after the other; gives the time of each. */
  commits: () => async () => {
    let table = await tableOf(options.folder, 0);
    const seconds = [];
    for (let commit = 0; commit < options.commits; commit++) {
      const batch = batchOf(range(commit * 10, 10));
      const start = performance.now();
      ({ table } = await table.append(batch));
      seconds.push((performance.now() - start) / 1000);
    }
    return { seconds, rows: await table.scan().count() };
  },
  /** Writes a table of so many bytes in its data files; not timed. */
  prepare_bytes: () => async () => {
    const catalog = new FolderCatalog({ warehouse: options.folder });
    let table = await catalog.createTable(IDENTIFIER, { schema: { fields } });
    let bytes = 0;
    let rows = 0;
    for (; bytes < options.bytes; rows += 4_000_000) {
      ({ table } = await table.append(batches(rows, 4_000_000)));
      bytes = Number(table.currentSnapshot().summary['total-files-size']);
    }
    return { metadata: table.metadataLocation, bytes, rows };
  },
  /** Goes through all batches, keeping none. */
  stream: () => async () => {
    let rows = 0;
    for await (const batch of (await opened()).scan(scanOptions())) rows += batch.numRows;
    return { rows };
  },
};

const run = await jobs[options.job]();
const seconds = [];
const cpuSeconds = [];
let result;
for (let turn = options.warm === false ? 0 : -1; turn < options.runs; turn++) {
  result = undefined;
  globalThis.gc?.();
  const [start, before] = [performance.now(), process.cpuUsage()];
  result = await run();
  const used = process.cpuUsage(before);
  if (turn < 0) continue;
  seconds.push((performance.now() - start) / 1000);
  cpuSeconds.push((used.user + used.system) / 1e6);
}
const peakBytes = process.resourceUsage().maxRSS * 1024;
if (options.job === 'scan') result = fingerprint(result);
console.log(JSON.stringify({ seconds, cpuSeconds, result, peakBytes }));
