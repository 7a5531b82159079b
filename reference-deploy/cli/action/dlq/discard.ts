import { printRows } from '@lean-ops/iceberg/cli';
import { type DiscardOutcome, discardDeadLetters } from '../../../dead-letters/discard.js';
import type { DeadLetterPorts } from '../../../dead-letters/ports.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { UsageError } from '../../usage-error.js';
import { confirm, intentOf, refuseUnasked } from './confirm.js';
import { filterOf, withDeadLetters } from './open.js';
import type { DiscardCommandOptions } from './options.js';
import { formatOf, Groups } from './rows.js';

const GROUPED = ['topic', 'kind', 'errorCode', 'outcome', 'messages'];

export async function discard(options: DiscardCommandOptions, context: CommandContext): Promise<void> {
  checkScope(options);
  const by = options.by ?? whoever(context);
  await withDeadLetters(options, context, async ({ ports }) => {
    const { reason, limit } = options;
    const common = {
      filter: await filterOf(options, ports),
      by,
      reason,
      ...(limit === undefined ? {} : { limit }),
    };
    const intent = intentOf(options, context);
    if (intent !== 'do') {
      const counted = await print(discardDeadLetters(ports, { ...common, dryRun: true }), options, context);
      const wanted = counted.get('would-discard') ?? 0;
      if (intent === 'tell') {
        await context.stderr.line(`${wanted} would be discarded`);
        return refuseUnasked(options);
      }
      if (wanted === 0) return;
      if (!(await confirm(`Discard ${wanted} messages as ${by}?`, context))) return;
    }
    await discardAll(ports, common, options, context);
  });
}

async function discardAll(
  ports: DeadLetterPorts,
  common: Parameters<typeof discardDeadLetters>[1],
  options: DiscardCommandOptions,
  context: CommandContext,
): Promise<void> {
  const counted = await print(discardDeadLetters(ports, common), options, context);
  const notOpen = counted.get('not-open') ?? 0;
  if (notOpen > 0) context.verdict = EXIT.no;
  const rest = notOpen === 0 ? '' : `; ${notOpen} were not open`;
  await context.stderr.line(`${counted.get('discarded') ?? 0} discarded by ${common.by}${rest}`);
}

/** Everything that is open is too much to say by saying nothing. */
function checkScope({ topic, kind, code, since, until, id, class: errorClass }: DiscardCommandOptions): void {
  const given = [topic, kind, code, since, until, id, errorClass].some((option) => option !== undefined);
  if (!given)
    throw new UsageError(
      'say which messages to discard: --topic, --kind, --class, --code, --since, --until or --id',
    );
}

function whoever({ env }: CommandContext): string {
  const name = env['USER'] ?? env['USERNAME'] ?? '';
  if (name.trim() === '') throw new UsageError('say who discards: --by <name>');
  return name;
}

async function print(
  outcomes: AsyncIterable<DiscardOutcome>,
  options: DiscardCommandOptions,
  context: CommandContext,
): Promise<ReadonlyMap<string, number>> {
  const format = formatOf(options.format, context);
  const counted = new Map<string, number>();
  const groups = new Groups();
  async function* rows(): AsyncGenerator<Record<string, unknown>> {
    for await (const { record, outcome } of outcomes) {
      counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
      const { id, topic, kind, errorCode } = record;
      if (format === 'table') groups.add({ topic, kind, errorCode, outcome });
      else yield { id, topic, kind, errorCode, outcome };
    }
    if (format === 'table') yield* groups.rows();
  }
  await printRows(context.stdout, rows(), GROUPED, format);
  return counted;
}
