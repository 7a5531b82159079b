import { timeOrAge } from '@lean-ops/iceberg/cli';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type {
  CheckCommandOptions,
  DiscardCommandOptions,
  ListCommandOptions,
  ReplayCommandOptions,
  ShowCommandOptions,
  StatsCommandOptions,
} from '../action/dlq/options.js';
import type { CommandContext } from '../command-context.js';
import { knownTopics, nameList, wholeNumber } from '../options.js';
import { addressOptions, formatOption } from './shared-options.js';

const KINDS = ['dead-letter', 'quarantine', 'delivery-failure'] as const;
const CLASSES = ['malformed', 'contract', 'throttle', 'timeout', 'network', 'unknown'] as const;
const STATUSES = ['open', 'replaying', 'replayed', 'discarded'] as const;

/** `lean-ops dlq …`: the messages that are not in RAW, and the way back for them. */
export function addDlqCommand(program: Command, context: CommandContext): void {
  const dlq = program
    .command('dlq')
    .description(
      'Dead letters, quarantine and delivery failures: look at them, send them again, discard them.',
    )
    .addHelpText(
      'after',
      `
Every message that is not in RAW is in the archive, whole, and known to the error tracker:
  dead-letter       the queue delivered it too often
  quarantine        it is malformed, too large, or of no known topic
  delivery-failure  Firehose could not deliver its record

A replay keeps who a message was: what arrives twice is one row. What fails again is open again, with its replays
counted. Nothing is ever deleted.

Examples:
  $ lean-ops dlq stats --warehouse wh
  $ lean-ops dlq list --warehouse wh --topic orders --since 2h
  $ lean-ops dlq replay --warehouse wh --topic orders --class unknown --dry-run
  $ lean-ops dlq replay --aws --project acme --env prod --topic orders --rate 50/s
  $ lean-ops dlq discard --warehouse wh --id 3f2a9c --reason "test data of a producer"`,
    );
  addList(dlq, context);
  addShow(dlq, context);
  addStats(dlq, context);
  addReplay(dlq, context);
  addDiscard(dlq, context);
  addCheck(dlq, context);
}

function addList(dlq: Command, context: CommandContext): void {
  const command = dlq
    .command('list')
    .description('List messages, oldest first, and whether the archive still has each of them whole.')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000_000), 100)
    .option('--no-check', 'do not read the messages themselves');
  formatOption(addressOptions(filterOptions(command, STATUSES)))
    .addHelpText(
      'after',
      '\nExample:\n  $ lean-ops dlq list --warehouse wh --kind quarantine --format ndjson',
    )
    .action(async (options: ListCommandOptions) => {
      const { list } = await import('../action/dlq/list.js');
      await list(options, context);
    });
}

function addShow(dlq: Command, context: CommandContext): void {
  const command = dlq
    .command('show')
    .description('Show one message: what is known of it, and the message itself.')
    .argument('<id>', 'its id, or the first digits of it')
    .option('--body', 'print the body alone, byte for byte, as the queue delivered it')
    .addOption(new Option('--format <format>', 'default: text').choices(['text', 'json']));
  addressOptions(command)
    .addHelpText('after', '\nExample:\n  $ lean-ops dlq show 3f2a9c --warehouse wh --body > body.json')
    .action(async (id: string, options: ShowCommandOptions) => {
      const { show } = await import('../action/dlq/show.js');
      await show(id, options, context);
    });
}

function addStats(dlq: Command, context: CommandContext): void {
  const command = dlq.command('stats').description('Count messages by topic, kind, class, code and status.');
  formatOption(addressOptions(filterOptions(command, STATUSES)))
    .addHelpText('after', '\nExample:\n  $ lean-ops dlq stats --warehouse wh --since 7d')
    .action(async (options: StatsCommandOptions) => {
      const { stats } = await import('../action/dlq/stats.js');
      await stats(options, context);
    });
}

function addReplay(dlq: Command, context: CommandContext): void {
  const command = dlq
    .command('replay')
    .description('Send messages again, or have rows of the error tables decided again.')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000_000))
    .option('--rate <messages/time>', 'at most so many: 50/s, 600/m, 10000/h (default: 50/s)', rate)
    .option('--max-replays <count>', 'leave alone what was replayed this often', wholeNumber(1, 1000), 3)
    .option('--force', 'send also what would come back as things stand')
    .addOption(
      new Option(
        '--errors',
        'have the error rows of a topic decided again under its live contract',
      ).conflicts(['limit', 'rate', 'force', 'kind', 'class', 'code', 'since', 'until', 'status', 'id']),
    )
    .option('--send-only', 'a warehouse folder: leave the messages in their queues');
  confirmOptions(formatOption(addressOptions(filterOptions(command, STATUSES))))
    .addHelpText(
      'after',
      `
Without --yes it says what would happen and asks; where nobody can be asked it sends nothing and ends with code 2.

What is meant is what is open, and what an earlier run had claimed when it was cut off: run the command again and it
goes on. Messages go back to the queue they came from, marked with their first id and times; records that Firehose
could not deliver go to the delivery stream. On a warehouse folder they are then processed at once.

Exit code 1 when a message that was meant was not sent, or came back.

Examples:
  $ lean-ops dlq replay --warehouse wh --topic orders --dry-run
  $ lean-ops dlq replay --warehouse wh --class unknown --since 6h --yes
  $ lean-ops dlq replay --warehouse wh --errors --topic orders --yes`,
    )
    .action(async (options: ReplayCommandOptions) => {
      const { replay } = await import('../action/dlq/replay.js');
      await replay(options, context);
    });
}

function addDiscard(dlq: Command, context: CommandContext): void {
  const command = dlq
    .command('discard')
    .description('Say that open messages will not be replayed. The archive keeps them.')
    .requiredOption('--reason <text>', 'why; kept with the message')
    .option('--by <name>', 'who says so (default: USER, or USERNAME)')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000_000));
  confirmOptions(formatOption(addressOptions(filterOptions(command))))
    .addHelpText(
      'after',
      `
A filter must be given. To take it back: lean-ops dlq replay --status discarded --id ID

Example:
  $ lean-ops dlq discard --warehouse wh --topic orders --code BODY_NOT_JSON --reason "load test" --yes`,
    )
    .action(async (options: DiscardCommandOptions) => {
      const { discard } = await import('../action/dlq/discard.js');
      await discard(options, context);
    });
}

function addCheck(dlq: Command, context: CommandContext): void {
  const command = dlq
    .command('check')
    .description('Compare archive and tracker: does each have what the other has?')
    .option('--repair', 'track messages that only the archive has, as open');
  formatOption(addressOptions(command))
    .addHelpText(
      'after',
      `
Prints what is missing, corrupt or untracked; exit code 1 when there is any.

Example:
  $ lean-ops dlq check --warehouse wh`,
    )
    .action(async (options: CheckCommandOptions) => {
      const { check } = await import('../action/dlq/check.js');
      await check(options, context);
    });
}

function filterOptions(command: Command, statuses?: readonly string[]): Command {
  command
    .optionsGroup('Which messages:')
    .option('--topic <names>', 'of these topics, between commas; unknown for queues of no topic', knownTopics)
    .addOption(new Option('--kind <kind>', 'of this kind').choices(KINDS))
    .addOption(new Option('--class <class>', 'whose failure is of this class').choices(CLASSES))
    .option('--code <code>', 'that failed with this code, such as BODY_NOT_JSON')
    .option(
      '--since <time>',
      'first seen then or later: an age such as 2h, a date, or a time with its zone',
      timeOrAge,
    )
    .option('--until <time>', 'first seen then or earlier', timeOrAge)
    .option('--id <ids>', 'these, between commas: their ids, or the first digits of them', nameList);
  if (statuses === undefined) return command;
  return command.addOption(new Option('--status <status>', 'in this status').choices(statuses));
}

function confirmOptions(command: Command): Command {
  return command
    .addOption(new Option('--dry-run', 'only say what would happen').conflicts('yes'))
    .option('--yes', 'do not ask');
}

const PER: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Parses `50/s`, `600/m` or `10000/h` into messages per second. */
function rate(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\/([smh])$/.exec(text.trim()) ?? [];
  const perSecond = Number(count) / (PER[unit ?? ''] ?? Number.NaN);
  if (!(perSecond > 0))
    throw new InvalidArgumentError('Give messages per second, minute or hour, such as 50/s.');
  return perSecond;
}
