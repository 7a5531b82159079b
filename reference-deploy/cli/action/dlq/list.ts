import { printRows } from '@lean-ops/iceberg/cli';
import { type ListedDeadLetter, listDeadLetters } from '../../../dead-letters/list.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { filterOf, timeText, withDeadLetters } from './open.js';
import type { ListCommandOptions } from './options.js';
import { formatOf, shortId } from './rows.js';

const COLUMNS = [
  'id',
  'topic',
  'kind',
  'errorClass',
  'errorCode',
  'firstSeen',
  'status',
  'replays',
  'archive',
];

export async function list(options: ListCommandOptions, context: CommandContext): Promise<void> {
  await withDeadLetters(options, context, async ({ ports }) => {
    const filter = await filterOf(options, ports);
    const { limit, check } = options;
    const format = formatOf(options.format, context);
    const seen = { count: 0, more: false };
    // One more than asked for tells whether that was all.
    const records = listDeadLetters(ports, { filter, limit: limit + 1, check });
    const rows = listed(records, limit, seen, format === 'table');
    await printRows(context.stdout, rows, COLUMNS, format);
    if (seen.more)
      await context.stderr.line(`there are more than ${limit}: narrow them down, or raise --limit`);
    if (seen.count === 0) return;
    context.verdict = EXIT.no;
    await context.stderr.line(
      `${seen.count} of them cannot be read back from the archive: see docs/dead_letters.md, "When the archive is damaged"`,
    );
  });
}

async function* listed(
  records: AsyncIterable<ListedDeadLetter>,
  limit: number,
  seen: { count: number; more: boolean },
  forPeople: boolean,
): AsyncGenerator<Record<string, unknown>> {
  let printed = 0;
  for await (const { lastChange, firstSeenAt, ...record } of records) {
    if (printed === limit) {
      seen.more = true;
      return;
    }
    printed += 1;
    if (record.archive === 'missing' || record.archive === 'corrupt') seen.count += 1;
    yield {
      ...record,
      id: forPeople ? shortId(record.id) : record.id,
      firstSeen: timeText(firstSeenAt),
      lastChange: lastChange === null ? null : { ...lastChange, at: timeText(lastChange.at) },
    };
  }
}
