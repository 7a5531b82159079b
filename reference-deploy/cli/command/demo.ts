import type { Command } from 'commander';
import type { DemoCommandOptions } from '../action/demo.js';
import type { CommandContext } from '../command-context.js';
import { faultRate, wholeNumber } from '../options.js';

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
    .action(async (options: DemoCommandOptions) => {
      const { demo } = await import('../action/demo.js');
      await demo(options, context);
    });
}
