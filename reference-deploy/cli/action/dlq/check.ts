import { printRows } from '@lean-ops/iceberg/cli';
import { type CheckFinding, checkDeadLetters } from '../../../dead-letters/check.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { withDeadLetters } from './open.js';
import type { CheckCommandOptions } from './options.js';

const COLUMNS = ['finding', 'topic', 'kind', 'archiveKey', 'detail'];

export async function check(options: CheckCommandOptions, context: CommandContext): Promise<void> {
  await withDeadLetters(options, context, async ({ ports }) => {
    const found = { mended: 0, wrong: 0 };
    async function* rows(): AsyncGenerator<Readonly<Record<string, unknown>>> {
      for await (const finding of checkDeadLetters(ports, { repair: options.repair === true })) {
        if (finding.finding === 'tracked') found.mended += 1;
        else found.wrong += 1;
        yield rowOf(finding);
      }
    }
    await printRows(context.stdout, rows(), COLUMNS, options.format);
    if (found.wrong > 0) context.verdict = EXIT.no;
    const mended = found.mended === 0 ? '' : `, ${found.mended} mended`;
    await context.stderr.line(
      found.wrong === 0 ? `archive and tracker agree${mended}` : `${found.wrong} disagreements${mended}`,
    );
  });
}

function rowOf(finding: CheckFinding): Readonly<Record<string, unknown>> {
  return { ...finding };
}
