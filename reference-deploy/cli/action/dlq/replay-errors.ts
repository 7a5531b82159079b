import { printRows } from '@lean-ops/iceberg/cli';
import { type ReprocessReport, reprocessErrors } from '../../../dead-letters/reprocess-errors.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { interruptible } from '../../interruptible.js';
import { UsageError } from '../../usage-error.js';
import { confirm, intentOf, refuseUnasked } from './confirm.js';
import { filterOf, withDeadLetters } from './open.js';
import type { ReplayCommandOptions } from './options.js';

const COLUMNS = ['topic', 'table', 'reviewed', 'mended', 'left'];

/** Has the error rows of topics decided again. */
export async function replayErrors(options: ReplayCommandOptions, context: CommandContext): Promise<void> {
  const { topic: topics } = options;
  if (topics === undefined)
    throw new UsageError('--errors needs --topic: whose errors are to be decided again?');
  await withDeadLetters(options, context, async ({ ports }) => {
    await filterOf({ topic: topics }, ports);
    for (const topic of topics) {
      if ((await ports.registry.get(topic)) !== null) continue;
      throw new UsageError(`topic ${topic} is not registered: it has no tables, and no errors in them`);
    }
    const intent = intentOf(options, context);
    const question = `Decide the errors of ${topics.join(', ')} again?`;
    if (intent === 'tell') {
      await context.stderr.line(
        `would decide again the parse errors of ${topics.join(', ')}, and what failed the live contract`,
      );
      return refuseUnasked(options);
    }
    if (intent === 'ask' && !(await confirm(question, context))) return;
    const reports: ReprocessReport[] = [];
    await interruptible(async (signal) => {
      for (const topic of topics) reports.push(await reprocessErrors(topic, ports, signal));
    });
    const rows = reports.flatMap(rowsOf);
    await printRows(context.stdout, rows, COLUMNS, options.format);
    if (rows.some(({ left }) => left > 0)) context.verdict = EXIT.no;
  });
}

function rowsOf({ topic, parseErrors, curatedErrors }: ReprocessReport) {
  const tables = [
    { topic, table: `standardized.${topic}_parse_errors`, ...parseErrors },
    ...(curatedErrors === null ? [] : [{ topic, table: `curated.${topic}_errors`, ...curatedErrors }]),
  ];
  return tables.map((row) => ({ ...row, left: row.reviewed - row.mended }));
}
