import type { TopicRegistry } from '@lean-ops/core';
import { UsageError } from '../../usage-error.js';

const NAMED_AT_MOST = 10;

/** The error of a topic that the registry does not know, naming some that it does. */
export async function notRegistered(
  name: string,
  registry: Pick<TopicRegistry, 'list'>,
  { also = '' }: { readonly also?: string } = {},
): Promise<UsageError> {
  const known = (await registry.list()).map(({ topic }) => topic);
  const more = known.length > NAMED_AT_MOST ? ` and ${known.length - NAMED_AT_MOST} more` : '';
  const names = known.slice(0, NAMED_AT_MOST).join(', ') || 'none';
  return new UsageError(
    `topic ${JSON.stringify(name)} is not registered${also}; registered are: ${names}${more}`,
  );
}
