import { DEFAULT_RATES, FAULT_CLASSES, type FaultClass } from '../fault-class.js';
import { CORRECTIONS } from './corrections.js';
import { DRIFT } from './drift.js';
import { DUPLICATES } from './duplicates.js';
import { ENVELOPE } from './envelope.js';
import { MALFORMED } from './malformed.js';
import { QUALITY } from './quality.js';
import { holds, received, type Scenario } from './scenario.js';

/** Every way of going wrong. The position of a scenario is its number in a plan, from 1. */
export const SCENARIOS: readonly Scenario[] = [
  ...DUPLICATES,
  ...CORRECTIONS,
  ...DRIFT,
  ...QUALITY,
  ...MALFORMED,
  ...ENVELOPE,
];

/** An event that nothing happens to. It has no place in the ground truth. */
export const ORDINARY: Omit<Scenario, 'faultClass'> = {
  name: 'ordinary',
  share: 1,
  messages: 1,
  build: (event) => {
    const version = event.version(1);
    const sqsMessageId = event.sqsMessageId(0);
    return {
      messages: [{ body: event.body(version), sqsMessageId, delay: 'now' }],
      expect: [...received(sqsMessageId), ...holds(event, version)],
    };
  },
};

/**
 * The rates of a stream: the defaults with the caller's on top.
 *
 * @throws {RangeError} for a rate outside 0–1, or rates whose faults need more messages than the stream has.
 */
export function completeRates(rates: Partial<Record<FaultClass, number>> = {}): Record<FaultClass, number> {
  const complete = { ...DEFAULT_RATES, ...rates } as Record<FaultClass, number>;
  for (const faultClass of FAULT_CLASSES) {
    const rate = complete[faultClass];
    if (!(rate >= 0 && rate <= 1)) {
      throw new RangeError(`the rate of ${faultClass} is ${rate}: give a share between 0 and 1`);
    }
  }
  const share = SCENARIOS.reduce((sum, one) => sum + complete[one.faultClass] * one.share * one.messages, 0);
  if (share > 1) {
    throw new RangeError(
      `the rates need ${share.toFixed(3)} of the messages, for some faults take two: lower them`,
    );
  }
  return complete;
}
