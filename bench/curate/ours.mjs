// The benched jobs done by this package: one job per process, its runs timed here, as peers.py does it for the others.
// usage: node ours.mjs JSON; prints {"runs": [{wall, cpu}], "result": of the last run, "peakBytes"}.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRACT } from './contract.mjs';
import { rawBatch } from './dataset.mjs';
import { core, curate, iceberg } from './library.mjs';

const options = JSON.parse(process.argv[2]);
const TOPIC = 'events';
const RAW = { namespace: 'raw', name: `${TOPIC}_staging` };
const STANDARDIZED = { namespace: 'standardized', name: TOPIC };
const CURATED = { namespace: 'curated', name: TOPIC };
const COMMITS = options.commits ?? 8;
const BATCH_ROWS = 25_000;

const catalogOf = () => new iceberg.FolderCatalog({ warehouse: options.folder });

function jobOptions(contract) {
  const clock = core.systemClock;
  const state = new core.MemoryStateStore({ clock });
  return {
    catalog: catalogOf(),
    topic: TOPIC,
    contract,
    fencingToken: 1n,
    clock,
    outbox: state.outbox,
    checkpoints: state.checkpoints,
    journals: state.journals,
    runId: 'bench',
    ...(options.cacheBytes === undefined ? {} : { cacheBytes: options.cacheBytes }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  };
}

/** Takes a layer's tables away, so that every run does the same. */
function forget(layer) {
  rmSync(join(options.folder, layer), { recursive: true, force: true });
}

async function filesOf(identifier) {
  const table = await catalogOf().loadTable(identifier);
  const tasks = await table.scan().planFiles();
  return tasks.map((task) => task.dataFile.file.filePath);
}

const jobs = {
  /** RAW, as it would be after some deliveries. */
  prepare: {
    async run() {
      const fields = core.ENVELOPE_COLUMNS.map(({ name, type, required }) => ({ name, type, required }));
      let table = await catalogOf().createTable(RAW, {
        schema: { fields },
        partitionBy: ['day(ingestion_ts)'],
      });
      const rows = Math.ceil(options.rows / COMMITS);
      for (let first = 0; first < options.rows; first += rows)
        ({ table } = await table.append(batches(first, Math.min(rows, options.rows - first))));
      return { files: await filesOf(RAW) };
    },
  },
  standardize: {
    before: () => forget('standardized'),
    async run() {
      const report = await curate.standardize(jobOptions(null));
      return { rowsRead: report.rowsRead, rows: report.inserted };
    },
    after: async (result) => ({ ...result, files: await filesOf(STANDARDIZED) }),
  },
  curate: {
    before: () => forget('curated'),
    async run() {
      const report = await curate.curate(jobOptions(CONTRACT));
      return { rowsRead: report.rowsRead, rows: report.inserted, failed: report.failed };
    },
    after: async (result) => ({ ...result, files: await filesOf(CURATED) }),
  },
  /** Both layers from nothing, in one process. */
  rebuild: {
    before() {
      forget('standardized');
      forget('curated');
    },
    async run() {
      const standardized = await curate.standardize(jobOptions(CONTRACT));
      const curated = await curate.curate(jobOptions(CONTRACT));
      return { rowsRead: standardized.rowsRead, rows: standardized.inserted, curated: curated.inserted };
    },
  },
};

/** Tables that are there made anew beside themselves and replaced; `audit` is the seconds of that. */
jobs.historical = {
  async run() {
    const passed = {};
    const at = (point) => {
      passed[point] ??= performance.now();
    };
    const { rows } = await curate.rebuild({
      ...jobOptions(CONTRACT),
      // Each run is a process of its own, and its token is above those of the runs before.
      fencingToken: BigInt(Date.now()),
      random: core.systemRandom,
      hooks: { at },
    });
    return {
      rows: rows.standardized,
      curated: rows.curated,
      audit: (passed['rebuild:audited'] - passed['rebuild:curated']) / 1000,
    };
  },
};

function* batches(first, rows) {
  const { textBytes = 0 } = options;
  const size = textBytes === 0 ? BATCH_ROWS : 16;
  for (let at = first; at < first + rows; at += size)
    yield rawBatch(at, Math.min(size, first + rows - at), textBytes);
}

const job = jobs[options.job];
const runs = [];
let result;
for (let turn = options.warm === true ? -1 : 0; turn < options.runs; turn++) {
  job.before?.();
  globalThis.gc?.();
  const [start, used] = [performance.now(), process.cpuUsage()];
  result = await job.run();
  const { user, system } = process.cpuUsage(used);
  if (turn >= 0) runs.push({ wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 });
}
const peakBytes = process.resourceUsage().maxRSS * 1024;
result = (await job.after?.(result)) ?? result;
console.log(JSON.stringify({ runs, result, peakBytes }));
