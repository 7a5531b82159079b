import type { OpsEntry } from '@lean-ops/core';
import type { Reconciliation } from './reconciliation.js';

/** The `ops.reconciliation` entry of a result. */
export function reconciliationEntry(result: Reconciliation): Omit<OpsEntry, 'sequence'> {
  return {
    id: `${result.topic}:${result.checkedAt}`,
    table: 'reconciliation',
    row: {
      topic: result.topic,
      checked_at: result.checkedAt,
      balanced: result.balanced,
      messages: result.messages,
      in_flight: result.inFlight,
      quarantined: result.quarantined,
      dead_lettered: result.deadLettered,
      delivery_failures: result.deliveryFailures,
      raw: result.raw,
      carried: result.carried,
      copies: result.copies,
      superseded: result.superseded,
      parse_errors: result.parseErrors,
      standardized: result.standardized,
      curated: result.curated,
      open_errors: result.openErrors,
      differences: JSON.stringify(result.differences),
    },
  };
}
