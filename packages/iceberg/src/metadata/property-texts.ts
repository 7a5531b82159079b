import { IcebergError } from '../error.js';
import { describeValue } from '../util/describe-value.js';

/**
 * Refuses table properties that are no texts: metadata holds texts only, and another reader may fail on anything else.
 *
 * @param removals whether `null` may stand for a property to remove.
 * @throws {IcebergError} `INVALID_ARGUMENT`.
 */
export function requirePropertyTexts(properties: unknown, { removals }: { removals: boolean }): void {
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
    throw new IcebergError(
      `Table properties are an object of texts by name, not ${describeValue(properties)}.`,
      { code: 'INVALID_ARGUMENT' },
    );
  }
  for (const [property, value] of Object.entries(properties)) {
    if (typeof value === 'string' || (removals && value === null)) continue;
    throw new IcebergError(
      `The table property ${property} is given ${describeValue(value)}; it must be a text${removals ? ', or null to remove it' : ''}.`,
      { code: 'INVALID_ARGUMENT', context: { property, value } },
    );
  }
}
