/** Where envelope fields are looked for, in order; names joined with dots. */
export interface FieldPaths {
  /** In the body. */
  readonly messageId: readonly string[];
  /** In the body. */
  readonly publishTime: readonly string[];
  /** In the wrapper, then in the payload; so are the following. */
  readonly idempotencyKey: readonly string[];
  readonly periodReference: readonly string[];
  readonly correlationId: readonly string[];
  /** Members of the wrapper that hold the payload as an object, or in a string. No dots: top level only. */
  readonly payload: readonly string[];
  /** Members of the wrapper that hold the payload in base64. No dots: top level only. */
  readonly data: readonly string[];
}

export const DEFAULT_FIELD_PATHS: FieldPaths = {
  messageId: ['messageId', 'message_id'],
  publishTime: ['publishTime', 'publish_time'],
  idempotencyKey: [
    '_metadata.idempotencyKeyResource',
    '_metadata.idempotency_key',
    'idempotencyKeyResource',
    'idempotency_key',
  ],
  periodReference: ['_metadata.periodReference', 'periodReference', 'period_reference'],
  correlationId: ['_metadata.correlationId', 'correlationId', 'correlation_id'],
  payload: ['payload'],
  data: ['data'],
};

/** A path as it was written, and the member names along it. */
export interface SplitPath {
  readonly text: string;
  readonly names: readonly string[];
}

export type SplitFieldPaths = { readonly [Field in keyof FieldPaths]: readonly SplitPath[] };

const splitOnce = new WeakMap<FieldPaths, SplitFieldPaths>();

/** Splits the paths; the work is done once per object. */
export function splitFieldPaths(paths: FieldPaths): SplitFieldPaths {
  const known = splitOnce.get(paths);
  if (known !== undefined) return known;
  const split = (texts: readonly string[]): SplitPath[] =>
    texts.map((text) => ({ text, names: text.split('.') }));
  const topLevel = (texts: readonly string[]): SplitPath[] => texts.map((text) => ({ text, names: [text] }));
  const result: SplitFieldPaths = {
    messageId: split(paths.messageId),
    publishTime: split(paths.publishTime),
    idempotencyKey: split(paths.idempotencyKey),
    periodReference: split(paths.periodReference),
    correlationId: split(paths.correlationId),
    payload: topLevel(paths.payload),
    data: topLevel(paths.data),
  };
  splitOnce.set(paths, result);
  return result;
}
