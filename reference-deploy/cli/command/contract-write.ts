import { type Command, Option } from 'commander';
import type { DiffCommandOptions } from '../action/contract/diff.js';
import type { FormatCommandOptions } from '../action/contract/format.js';
import type { InitCommandOptions } from '../action/contract/init.js';
import type { CommandContext } from '../command-context.js';
import { queueTopic, wholeNumber } from '../options.js';
import { addressOptions } from './shared-options.js';

/** `lean-ops contract init|diff|format`: what helps to write contracts. */
export function addContractWriteCommands(contract: Command, context: CommandContext): void {
  addInit(contract, context);
  contract
    .command('diff')
    .description('Show what is different between contracts, column by column.')
    .requiredOption('--base <file, folder or git:ref>', 'the old contracts, matched by topic')
    .requiredOption('--head <file or folder>', 'the new ones')
    .option('--metadata <file>', 'metadata of --head, where that is an OpenAPI document')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  $ lean-ops contract diff --base git:main --head contracts')
    .action(async (options: DiffCommandOptions) => {
      const { diff } = await import('../action/contract/diff.js');
      await diff(options, context);
    });
  contract
    .command('format')
    .description('Write contracts in their one form: order of members, indent. YAML keeps its comments.')
    .argument('<files or folders...>', 'in folders, .json, .yaml and .yml')
    .option('--check', 'only say which are not in it, and end with 1 where any is not')
    .addHelpText('after', '\nExample:\n  $ lean-ops contract format contracts --check')
    .action(async (places: string[], options: FormatCommandOptions) => {
      const { format } = await import('../action/contract/format.js');
      await format(places, options, context);
    });
}

function addInit(contract: Command, context: CommandContext): void {
  addressOptions(
    contract
      .command('init')
      .description('Draft a contract from what is there: a file of messages, or a table of Standardized.'),
  )
    .optionsGroup('What:')
    .requiredOption('--topic <name>', 'as its queue or its table spells it', queueTopic)
    .addOption(
      new Option('--sample <file>', 'messages, one JSON document a line, or one array of them').conflicts([
        'warehouse',
        'aws',
      ]),
    )
    .option('--owner <name>', 'who answers for the topic', 'nobody-yet')
    .option('--rows <count>', 'how many rows are looked at', wholeNumber(1, 100_000_000), 100_000)
    .option('--max-depth <levels>', 'levels of nesting that become columns', wholeNumber(1, 1000), 5)
    .addOption(
      new Option('--format <format>', 'yaml tells beside each column what was seen')
        .choices(['yaml', 'json'])
        .default('yaml'),
    )
    .option('--out <file>', 'write it there (default: standard output)')
    .addHelpText(
      'after',
      `
What is drafted is a proposal: types that every value has. What was seen besides stands in comments: how many rows have
a value, few values that repeat (an enum?), names that look personal (sensitive?), columns that could be the key or the
order. Values of columns whose names look personal are not shown.

Examples:
  $ lean-ops contract init --topic user-logins --sample events.ndjson --out contracts/user_logins.yaml
  $ lean-ops contract init --topic user-logins --warehouse wh`,
    )
    .action(async (options: InitCommandOptions) => {
      const { init } = await import('../action/contract/init.js');
      await init(options, context);
    });
}
