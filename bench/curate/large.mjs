// Payloads of unusual shapes: what a byte costs to flatten, at two sizes. Cost that grows with the size is not linear.
import { join } from 'node:path';
import { compared } from '../rows.mjs';
import { ours } from './jobs.mjs';
import { curate } from './library.mjs';

/** How much more a byte may cost at the larger size. */
const GROWTH = 1.5;
/** What the first turn flattens, to get warm and to see how long it takes. */
const FIRST_BYTES = 16 << 20;
/** CPU seconds of a measured turn at least: a collection of garbage more or less is most of a shorter one. */
const TURN_SECONDS = 0.4;

const words = (bytes) =>
  'the quick brown fox jumps over the lazy dog '.repeat(Math.ceil(bytes / 44)).slice(0, bytes);
const range = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const object = (count, member) => `{${range(count, member).join(',')}}`;

/** One payload of some size: readings in an array, long texts, nested objects. */
function document(bytes) {
  const readings = range(
    bytes / 100,
    (index) => `{"at":${1767225600 + index},"value":${index % 100}.50,"ok":true}`,
  );
  const nested = object(200, (index) => `"key_${index}":"${words(bytes / 1000)}"`);
  return `{"id":1,"readings":[${readings}],"note":"${words(bytes / 4)}","nested":${nested}}`;
}

const CASES = [
  { name: 'payload of 90 and 900 KB', small: 90_000, large: 900_000, rows: (bytes) => [document(bytes)] },
  {
    name: '200 and 2,000 columns',
    small: 200,
    large: 2000,
    rows: (columns) => range(50, (row) => object(columns, (index) => `"column_${index}":"${row * index}"`)),
  },
  {
    name: 'depth 50 and 500, as columns',
    small: 50,
    large: 500,
    options: { maxDepth: 1000 },
    rows: (depth) => range(200, (row) => `${'{"key":'.repeat(depth)}${row}${'}'.repeat(depth)}`),
  },
  {
    name: 'depth 50 and 500, as text',
    small: 50,
    large: 500,
    rows: (depth) => range(200, (row) => `${'{"key":'.repeat(depth)}${row}${'}'.repeat(depth)}`),
  },
  {
    name: 'texts of 100 KB and 1 MB',
    small: 100_000,
    large: 1_000_000,
    rows: (bytes) => range(4, (row) => `{"id":${row},"text":"${words(bytes)}"}`),
  },
  {
    name: 'texts of 100 KB and 1 MB full of escapes',
    small: 100_000,
    large: 1_000_000,
    rows: (bytes) => range(4, (row) => `{"id":${row},"text":"${'line\\n\\u00e9\\"'.repeat(bytes / 14)}"}`),
  },
  {
    name: 'new columns in each of 1,000 and 10,000 rows',
    small: 1000,
    large: 10_000,
    fresh: true,
    rows: (rows) => range(rows, (row) => object(20, (index) => `"metric_${row}_${index}":"${row}.${index}"`)),
  },
];

export async function large({ runs, say, folder }) {
  say('payloads of unusual shapes');
  const rows = CASES.map((shape) => {
    const small = costOf(shape, shape.small, runs);
    const big = costOf(shape, shape.large, runs);
    return compared(`flatten, ${shape.name}`, 'itself, smaller', big, small, {
      floor: 1 / GROWTH,
      goal: 1,
      unit: 'ns/byte',
    });
  });
  return [...rows, memoryOfLongTexts(folder)];
}

/**
 * Peak memory of RAW to Standardized for a backlog of payloads of a megabyte each, and for four times as many: with
 * `cacheBytes` small, for up to there rows are kept on purpose.
 */
function memoryOfLongTexts(folder) {
  const peak = (events) => {
    const warehouse = join(folder, `texts-${events}`);
    ours({ job: 'prepare', folder: warehouse, rows: events, textBytes: 1_000_000, runs: 1 });
    return ours({ job: 'standardize', folder: warehouse, cacheBytes: 64 << 20, runs: 1 }).peakBytes / 1e9;
  };
  const [few, many] = [peak(250), peak(1000)];
  const title = 'RAW to Standardized, 250 and 1,000 payloads of 1 MB, peak memory';
  return compared(title, 'itself, a quarter', many, few, { floor: 1 / GROWTH, goal: 1, unit: 'GB' });
}

/** CPU nanoseconds per byte of payload: of some turns after one to get warm. */
function costOf({ rows, options, fresh = false }, size, runs) {
  const payloads = curate.utf8ColumnOf(rows(size));
  const bytes = payloads.data.length;
  const turn = (repeats) => {
    let flattener = new curate.Flattener(options);
    const before = process.cpuUsage();
    for (let count = 0; count < repeats; count++) {
      if (fresh) flattener = new curate.Flattener(options);
      const { failures } = flattener.flatten(payloads);
      if (failures.length > 0) throw new Error(`row ${failures[0].row}: ${failures[0].reason}`);
    }
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / (bytes * repeats);
  };
  const first = turn(Math.max(1, Math.round(FIRST_BYTES / bytes)));
  const repeats = Math.ceil((TURN_SECONDS * 1e9) / (first * bytes));
  return range(runs, () => turn(repeats));
}
