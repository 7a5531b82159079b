import { type Command, Option } from 'commander';
import type { LintCommandOptions } from '../action/contract/lint.js';
import type { CommandContext } from '../command-context.js';
import { addContractDeployCommands } from './contract-deploy.js';
import { addContractWriteCommands } from './contract-write.js';
import { addressOptions } from './shared-options.js';

/** Forms of a lint report. */
export const LINT_FORMATS = ['text', 'json', 'sarif', 'junit', 'github'] as const;

export function addContractCommand(program: Command, context: CommandContext): void {
  const contract = program
    .command('contract')
    .description('Judge, explain and deploy the contracts of topics.');
  addressOptions(
    contract
      .command('lint')
      .description(
        'Say whether changed contracts are safe, and what a deploy would do with each. Told where, it asks the rows that are there: a stricter check that all of them pass does not break.',
      ),
  )
    .optionsGroup('What:')
    .requiredOption('--head <file or folder>', 'the new contracts; in folders, .json, .yaml and .yml')
    .option(
      '--base <file, folder or git:ref>',
      'the live ones, matched by topic; git:main for those that stood there on main; without it, all are new',
    )
    .option(
      '--metadata <file>',
      'metadata of --head, where that is an OpenAPI document (default: metadata.json beside it)',
    )
    .addOption(
      new Option('--format <format>', 'form of the report').choices([...LINT_FORMATS]).default('text'),
    )
    .addHelpText(
      'after',
      `
Exit codes:
  0  pass: new, compatible, or a breaking change that is declared by a new "reset"
  1  a breaking change is not declared
  2  documents are wrong: unreadable, no contracts, two of one topic, a version that was not raised

Examples:
  $ lean-ops contract lint --base git:main --head contracts
  $ lean-ops contract lint --base live/orders.json --head orders.json --format sarif > lint.sarif
  $ lean-ops contract lint --base git:main --head api/openapi.yaml --metadata api/metadata.json
  $ lean-ops contract lint --base git:main --head contracts --warehouse wh`,
    )
    .action(async (options: LintCommandOptions) => {
      const { lint } = await import('../action/contract/lint.js');
      await lint(options, context);
    });
  addContractWriteCommands(contract, context);
  addContractDeployCommands(contract, context);
  contract
    .command('explain')
    .description('Say what a rule of the linter is for and what to do about it.')
    .argument('[rule]', 'the rule; without it, all are listed')
    .action(async (rule: string | undefined) => {
      const { explain } = await import('../action/contract/explain.js');
      await explain(rule, context);
    });
}
