import { type Command, InvalidArgumentError } from 'commander';
import type { DeployCommandOptions } from '../action/contract/deploy.js';
import type { HistoryCommandOptions } from '../action/contract/history.js';
import type { PlanCommandOptions } from '../action/contract/plan.js';
import type { RollbackCommandOptions } from '../action/contract/rollback.js';
import type { CommandContext } from '../command-context.js';
import { knownTopics, queueTopic, wholeNumber } from '../options.js';
import { addressOptions, DEFAULT_ACTOR, formatOption } from './shared-options.js';

const DAY_SECONDS = 86_400;
const EXIT_CODES = `
Exit codes:
  0  pass
  1  a breaking change is not declared, or the platform says no
  2  documents are wrong`;

/** `lean-ops contract plan|deploy|history|rollback`: what makes contracts live. */
export function addContractDeployCommands(contract: Command, context: CommandContext): void {
  addressOptions(
    headOptions(contract.command('plan').description('Say what a deploy would do. Changes nothing.')),
  )
    .option('--snowflake <settings>', 'name the grants of the Snowflake side, of these settings')
    .option('--json', 'print the plans as JSON')
    .addHelpText(
      'after',
      `${EXIT_CODES}\n\nExample:\n  $ lean-ops contract plan --head contracts --warehouse wh`,
    )
    .action(async (options: PlanCommandOptions) => {
      const { plan } = await import('../action/contract/plan.js');
      await plan(options, context);
    });
  addressOptions(
    wayOptions(
      headOptions(contract.command('deploy').description('Make contracts live: tables, registry, rebuild.')),
    ).option('--expect <plan>', 'deploy only if this is the plan: the number that contract plan printed'),
  )
    .addHelpText(
      'after',
      `
None is deployed where one does not pass. A deploy that was cut off goes on when it is run again.
${EXIT_CODES}

Example:
  $ lean-ops contract deploy --head contracts --warehouse wh --by ada`,
    )
    .action(async (options: DeployCommandOptions) => {
      const { deploy } = await import('../action/contract/deploy.js');
      await deploy(options, context);
    });
  addHistory(contract, context);
  addRollback(contract, context);
}

function addHistory(contract: Command, context: CommandContext): void {
  formatOption(
    addressOptions(
      contract
        .command('history')
        .description('Show which contracts of a topic were live, when, and who deployed them.')
        .requiredOption('--topic <name>', 'as its queue or its table spells it', queueTopic),
    ),
  ).action(async (options: HistoryCommandOptions) => {
    const { history } = await import('../action/contract/history.js');
    await history(options, context);
  });
}

function addRollback(contract: Command, context: CommandContext): void {
  const command = contract
    .command('rollback')
    .description('Deploy what an older contract said, under a new version.')
    .requiredOption('--topic <name>', 'as its queue or its table spells it', queueTopic)
    .option('--to <version>', 'the older contract (default: the one that was live before)')
    .option(
      '--as <version>',
      'version of the new one (default: the next that fits the change)',
      semanticVersion,
    )
    .option('--justification <text>', 'why, where the way back is a breaking change')
    .option('--impact <text>', 'what it does to those who read the tables')
    .option('--out <file>', 'write the new contract there, to be committed')
    .option('--dry-run', 'only say what would be done');
  addressOptions(wayOptions(command))
    .addHelpText(
      'after',
      `
A version never comes back, for rows say by it which contract they were written under. The way back from a compatible
change is mostly a breaking one: it has to be declared, and the tables are rebuilt.

Example:
  $ lean-ops contract rollback --topic orders --warehouse wh --dry-run`,
    )
    .action(async (options: RollbackCommandOptions) => {
      const { rollback } = await import('../action/contract/rollback.js');
      await rollback(options, context);
    });
}

function headOptions(command: Command): Command {
  return command
    .requiredOption('--head <file or folder>', 'the contracts; in folders, .json, .yaml and .yml')
    .option('--metadata <file>', 'metadata of an OpenAPI document (default: metadata.json beside it)')
    .option('--topic <names>', 'only these, between commas', knownTopics);
}

function wayOptions(command: Command): Command {
  return command
    .option('--by <name>', `who deploys (default: ${DEFAULT_ACTOR})`)
    .option('--wait <seconds>', 'wait so long for a run or another deploy', wholeNumber(0, DAY_SECONDS), 60)
    .option('--accept-raw-gap', 'let a rebuild carry over what RAW does not hold any more')
    .option('--json', 'print what was done as JSON');
}

function semanticVersion(text: string): string {
  if (/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(text)) return text;
  throw new InvalidArgumentError('Give a semantic version, such as 1.2.0.');
}
