import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Output } from '@lean-ops/iceberg/cli';
import { textTable } from '@lean-ops/iceberg/cli';
import { DEMO_PROFILES, type FaultClass, generateStream } from '../../generator/index.js';
import type { CommandContext } from '../command-context.js';
import { demoReport } from '../demo/demo-report.js';
import { type DemoResult, runDemo } from '../demo/run-demo.js';
import { EXIT } from '../exit-code.js';
import { type OwnedFolder, prepareOwnedFolder } from '../folder/owned-folder.js';
import { writeGroundTruth } from '../input/generated-files.js';
import { printReconciliations } from '../output/reconciliation-report.js';
import { withRates } from './fault-rates.js';

const DEMO_FOLDER: OwnedFolder = {
  marker: 'demo.json',
  format: 'lean-ops-demo',
  contents: ['warehouse', 'report.json', 'ground-truth.ndjson'],
};

export interface DemoCommandOptions {
  readonly events: number;
  readonly seed: number;
  readonly out: string;
  readonly rounds: number;
  readonly rate?: Partial<Record<FaultClass, number>>;
  readonly json?: boolean;
}

export async function demo(options: DemoCommandOptions, context: CommandContext): Promise<void> {
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
