import type { Command } from 'commander';
import type { CostCommandOptions } from '../action/cost.js';
import type { CommandContext } from '../command-context.js';
import { positiveNumber, wholeNumber } from '../options.js';

export function addCostCommand(program: Command, context: CommandContext): void {
  program
    .command('cost')
    .description(
      'Estimate what a month on AWS costs, per service, with the Node engine and with Spark on Glue.',
    )
    .requiredOption('--topics <number>', 'topics, of which each has a queue', wholeNumber(1, 100_000))
    .requiredOption('--events-per-second <number>', 'of all topics together', positiveNumber)
    .option('--fifo-topics <number>', 'of these, topics with a FIFO queue', wholeNumber(0, 100_000), 0)
    .option('--avg-bytes <number>', 'bytes of an event', wholeNumber(1, 1_048_576), 500)
    .option('--kept-days <number>', 'days that rows are kept', wholeNumber(1, 36_500), 365)
    .option(
      '--round-minutes <number>',
      'minutes from one run of the pipeline to the next',
      wholeNumber(1, 1_440),
      15,
    )
    .option(
      '--prices <file>',
      'prices of your region, in the shape of reference-deploy/cost/prices/us-east-1.json',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Events are spread evenly over topics and time. What is taken for granted is in docs/cost.md.

Example:
  $ lean-ops cost --topics 700 --events-per-second 2000 --avg-bytes 600`,
    )
    .action(async (options: CostCommandOptions) => {
      const { cost } = await import('../action/cost.js');
      await cost(options, context);
    });
}
