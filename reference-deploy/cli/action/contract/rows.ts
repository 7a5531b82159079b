import { columnRenames } from '@lean-ops/core/contract';
import { askHistory } from '@lean-ops/curate';
import type { AskRows } from '../../../contract/lint-contracts.js';
import type { CommandContext } from '../../command-context.js';
import type { AddressOptions } from '../dlq/options.js';
import { withDeployment } from './open.js';

/**
 * Opens the platform that the options name, to ask its rows, and closes it again.
 *
 * @throws {UsageError} when they name none.
 */
export async function withRows<T>(
  options: AddressOptions,
  context: Pick<CommandContext, 'env' | 'stderr'>,
  use: (askRows: AskRows) => Promise<T>,
): Promise<T> {
  return await withDeployment(options, context, async ({ catalog, names = {} }) =>
    use(async (base, head, questions) => {
      const renamed = columnRenames(base, head);
      return await askHistory({ catalog, names, base, head, renamed, questions });
    }),
  );
}
