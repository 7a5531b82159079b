import type { Reconciliation } from '@lean-ops/curate';
import { describe, expect, it } from 'vitest';
import type { ClassCapture } from '../../generator/index.js';
import { demoReport } from './demo-report.js';

function reconciliation(topic: string, balanced = true): Reconciliation {
  return {
    topic,
    balanced,
    checkedAt: 0,
    messages: 10,
    inFlight: 0,
    quarantined: 1,
    deadLettered: 0,
    deliveryFailures: 0,
    carried: 0,
    raw: 9,
    copies: 1,
    superseded: 1,
    parseErrors: 1,
    standardized: 6,
    curated: 5,
    openErrors: 1,
    pending: { raw: 0, standardized: 0 },
    differences: [],
  };
}

function capture(captured: number): ClassCapture {
  return { class: 'null-key', injected: 3, captured, where: 'curated', missed: [] };
}

describe('demoReport', () => {
  it('has exactly the figures that were promised, for the demo topics', () => {
    const result = {
      reconciliations: [reconciliation('a'), reconciliation('unknown')],
      faults: [capture(3)],
    };
    expect(demoReport(result, ['a'])).toEqual({
      balanced: true,
      topics: [
        {
          topic: 'a',
          messages: 10,
          quarantined: 1,
          deadLettered: 0,
          raw: 9,
          copies: 1,
          superseded: 1,
          parseErrors: 1,
          standardized: 6,
          curated: 5,
          openErrors: 1,
        },
      ],
      faults: [{ class: 'null-key', injected: 3, captured: 3 }],
    });
  });

  it.each([
    ['a topic does not balance', [reconciliation('a', false)], 3],
    ['messages to no topic do not balance', [reconciliation('a'), reconciliation('unknown', false)], 3],
    ['a topic was not reconciled', [reconciliation('unknown')], 3],
    ['one fault was not captured', [reconciliation('a')], 2],
    ['more was captured than injected', [reconciliation('a')], 4],
  ])('is not balanced when %s', (_case, reconciliations, captured) => {
    expect(demoReport({ reconciliations, faults: [capture(captured)] }, ['a']).balanced).toBe(false);
  });
});
