import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { DEMO_PROFILES, type FaultClass, generateStream } from '../../generator/index.js';
import type { CommandContext } from '../command-context.js';
import { demoReport } from '../demo/demo-report.js';
import { type DemoResult, runDemo } from '../demo/run-demo.js';
import { EXIT } from '../exit-code.js';
import { type OwnedFolder, prepareOwnedFolder } from '../folder/owned-folder.js';
import { writeGroundTruth } from '../input/generated-files.js';
import { faultRate, wholeNumber } from '../options.js';
import type { Output } from '../output/output.js';
import { printReconciliations } from '../output/reconciliation-report.js';
import { textTable } from '../output/text-table.js';
import { withRates } from './fault-rates.js';

const DEMO_FOLDER: OwnedFolder = {
  marker: 'demo.json',
  format: 'lean-ops-demo',
  contents: ['warehouse', 'report.json', 'ground-truth.ndjson'],
};

interface DemoCommandOptions {
  readonly events: number;
  readonly seed: number;
  readonly out: string;
  readonly rounds: number;
  readonly rate?: Partial<Record<FaultClass, number>>;
  readonly json?: boolean;
}

export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('Watch a stream of messy events become governed tables, with every record accounted for.')
    .option('--events <count>', 'messages to send, faults included', wholeNumber(0, 1_000_000_000), 100_000)
    .option(
      '--seed <number>',
      'the same seed gives the same rows',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
      42,
    )
    .option('--out <folder>', 'where to write; an earlier demo there is replaced', 'demo-output')
    .option(
      '--rounds <count>',
      'orchestrator rounds; late data and drift come in later ones',
      wholeNumber(1, 1000),
      4,
    )
    .option('--rate <class=share>', 'share of the events that take a fault class; may be repeated', faultRate)
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Leaves the tables in OUT/warehouse, the report in OUT/report.json, and what was injected in OUT/ground-truth.ndjson.
Exit code 1 when one record is unaccounted for, or one fault is not where it belongs.

Example:
  $ lean-ops demo --events 10000 --seed 7 --out demo-output`,
    )
    .action((options: DemoCommandOptions) => demo(options, context));
}

async function demo(options: DemoCommandOptions, context: CommandContext): Promise<void> {
  const { events, seed, out, rounds, rate } = options;
  const stream = withRates(() =>
    generateStream({ events, seed, rounds, topics: DEMO_PROFILES, ...(rate && { rates: rate }) }),
  );
  await prepareOwnedFolder(out, DEMO_FOLDER, '--out');
  await writeGroundTruth(join(out, 'ground-truth.ndjson'), stream.groundTruth);
  const warehouse = join(out, 'warehouse');
  const result = await runDemo({ warehouse, stream, events, stderr: context.stderr });
  const report = demoReport(
    result,
    stream.profiles.map(({ contract }) => contract.topic),
  );
  await writeFile(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(
    join(out, DEMO_FOLDER.marker),
    `${JSON.stringify({ format: DEMO_FOLDER.format, complete: true, events, seed, rounds })}\n`,
  );
  context.verdict = report.balanced ? EXIT.good : EXIT.no;
  if (options.json === true) await context.stdout.json(report);
  else await printDemo(result, report.balanced, out, context.stdout);
}

async function printDemo(result: DemoResult, balanced: boolean, out: string, output: Output): Promise<void> {
  await printReconciliations(result.reconciliations, output);
  await output.line();
  await output.line(
    textTable(
      ['fault class', 'injected', 'captured', 'where'],
      result.faults.map((fault) => [fault.class, fault.injected, fault.captured, fault.where]),
    ),
  );
  for (const { class: faultClass, missed } of result.faults) {
    for (const { topic, id, reason } of missed)
      await output.line(`\nnot captured: ${faultClass} ${id} of ${topic}: ${reason}`);
  }
  await output.line();
  await output.line(
    balanced
      ? 'Every record is accounted for.'
      : 'NOT every record is accounted for: see the lines that say NO or "not captured".',
  );
  await output.line(`tables: ${join(out, 'warehouse')}   report: ${join(out, 'report.json')}`);
}
