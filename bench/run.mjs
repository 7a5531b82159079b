// `npm run bench [-- GROUP … --quick --runs N --json FILE]`: prints a table of measured figures against their bars.
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import * as contracts from './contracts.mjs';
import * as curate from './curate.mjs';
import * as demo from './demo.mjs';
import * as iceberg from './iceberg.mjs';
import * as ingest from './ingest.mjs';

const groups = [demo, iceberg, curate, ingest, contracts];
const usage = `Usage: npm run bench -- [GROUP …] [--quick | --full] [--runs N] [--json FILE]
Groups: ${groups.map((group) => group.name).join(', ')} (all by default)
  --quick      smaller inputs, done in five minutes
  --full       also what needs much disk, said before it begins
  --runs N     runs per figure; the median is printed (default 3)
  --json FILE  also writes the rows as JSON
  --markdown FILE  also writes them as a Markdown table`;

const { values, positionals } = options();
const chosen = positionals.length === 0 ? groups : groups.filter((group) => positionals.includes(group.name));
const rows = [];
for (const group of chosen) {
  rows.push(
    ...(await group.run({
      runs: Number(values.runs),
      quick: values.quick,
      full: values.full,
      say: (line) => console.error(`bench: ${line}`),
    })),
  );
}

const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const HEADINGS = ['bench', 'ours', 'against', 'unit', 'ratio', 'floor', 'goal', 'holds'];
const cells = rows.map((row) => [
  row.name,
  withSpread(row.ours, row.oursSpread),
  row.peer ? `${row.peer} ${withSpread(row.theirs, row.theirsSpread)}` : '',
  row.unit,
  figure(row.ratio),
  figure(row.floor),
  figure(row.goal),
  row.holds === null ? '' : row.holds ? 'yes' : 'NO',
]);
const table = new Table({ head: HEADINGS, style: { head: [], border: [] } });
table.push(...cells);
console.log(`${machine}\n${table}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ rows }, null, 2)}\n`);
if (values.markdown) {
  const lines = [HEADINGS, HEADINGS.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`);
  writeFileSync(values.markdown, `${machine}\n\n${lines.join('\n')}\n`);
}
process.exit(rows.every((row) => row.holds !== false) ? 0 : 1);

function figure(value) {
  return value === null ? '' : Number(value.toPrecision(3)).toString();
}

/** The median, and between which figures the runs were. */
function withSpread(value, spread) {
  return spread ? `${figure(value)} (${spread.map(figure).join('–')})` : figure(value);
}

function options() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        runs: { type: 'string', default: '3' },
        json: { type: 'string' },
        markdown: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const unknown = parsed.positionals.filter((name) => !groups.some((group) => group.name === name));
    if (unknown.length > 0) throw new Error(`unknown group ${unknown.join(', ')}`);
    if (!/^[1-9]\d*$/.test(parsed.values.runs))
      throw new Error(`--runs takes a whole number above 0, not ${parsed.values.runs}`);
    if (parsed.values.help) {
      console.log(usage);
      process.exit(0);
    }
    return parsed;
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}
