/**
 * What the generator injects, with the share of the messages that each class is injected into by default. A class with
 * a rate above zero appears at least once per topic where the stream has room for it.
 */
export const DEFAULT_RATES = {
  'network-duplicate': 0.03,
  'business-correction': 0.03,
  'out-of-order-correction': 0.01,
  'late-arrival': 0.02,
  'schema-drift-new': 0.005,
  'schema-drift-vanished': 0.005,
  'schema-drift-renamed': 0.005,
  'schema-drift-nested': 0.005,
  'schema-drift-type-changed': 0.005,
  'name-collision': 0.002,
  'cde-violation': 0.03,
  'malformed-body-truncated': 0.0005,
  'malformed-body-bare-value': 0.0005,
  'malformed-body-trailing-bytes': 0.0005,
  'malformed-body-bad-escape': 0.0005,
  'malformed-body-bad-number': 0.0005,
  'malformed-body-control-character': 0.0005,
  'malformed-body-unquoted': 0.0005,
  'malformed-body-blank': 0.0005,
  'malformed-payload-truncated': 0.0005,
  'malformed-payload-bare-value': 0.0005,
  'malformed-payload-trailing-bytes': 0.0005,
  'malformed-payload-bad-escape': 0.0005,
  'malformed-payload-bad-number': 0.0005,
  'malformed-payload-control-character': 0.0005,
  'malformed-payload-unquoted': 0.0005,
  'malformed-correction': 0.002,
  'message-id-reused': 0.001,
  'duplicate-key': 0.001,
  'failing-correction': 0.003,
  'null-key': 0.002,
  'blank-key': 0.001,
  'other-offset': 0.005,
  'missing-envelope-field': 0.005,
  'missing-payload': 0.0005,
  'unknown-topic': 0.001,
  oversize: 0.00001,
  'lone-surrogate': 0.0005,
} as const;

export type FaultClass = keyof typeof DEFAULT_RATES;

export const FAULT_CLASSES: readonly FaultClass[] = Object.keys(DEFAULT_RATES) as FaultClass[];

/** Whether a text names a fault class. */
export function isFaultClass(text: string): text is FaultClass {
  return Object.hasOwn(DEFAULT_RATES, text);
}
