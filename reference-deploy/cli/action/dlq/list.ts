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
    const damaged = { count: 0 };
    const rows = listed(listDeadLetters(ports, { filter, limit, check }), damaged, format === 'table');
    await printRows(context.stdout, rows, COLUMNS, format);
    if (damaged.count === 0) return;
    context.verdict = EXIT.no;
    await context.stderr.line(
      `${damaged.count} of them cannot be read back from the archive: see docs/dead_letters.md, "When the archive is damaged"`,
    );
  });
}

async function* listed(
  records: AsyncIterable<ListedDeadLetter>,
  damaged: { count: number },
  forPeople: boolean,
): AsyncGenerator<Record<string, unknown>> {
  for await (const { lastChange, firstSeenAt, ...record } of records) {
    if (record.archive === 'missing' || record.archive === 'corrupt') damaged.count += 1;
    yield {
      ...record,
      id: forPeople ? shortId(record.id) : record.id,
      firstSeen: timeText(firstSeenAt),
      lastChange: lastChange === null ? null : { ...lastChange, at: timeText(lastChange.at) },
    };
  }
}
