import { type Command, Option } from 'commander';

/** Which platform a command works on. */
export function addressOptions(command: Command): Command {
  return command
    .optionsGroup('Where:')
    .addOption(new Option('--warehouse <folder>', 'a warehouse folder').conflicts('aws'))
    .option('--aws', 'a deployment on AWS, with --project and --env')
    .option('--project <name>', 'first part of its names')
    .option('--env <name>', 'second part of its names')
    .option('--region <region>', 'default: that of the AWS SDK');
}

/** Who does what a command does where `--by` does not say, for its help. */
export const DEFAULT_ACTOR = 'the user of this computer; with --aws the ARN of the caller';

/** In which form rows are printed. */
export function formatOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--format <format>',
      'table: for people; ndjson: a JSON object a line; json: one array (default: table on a terminal, else ndjson)',
    ).choices(['table', 'ndjson', 'json']),
  );
}
