/** How a payload travels: as the body itself, or inside a wrapper as an object, as a string, or in base64. */
export type BodyForm = 'bare' | 'object' | 'string' | 'data';

/** The envelope fields a producer writes; an absent one is left out of the body. */
export interface EnvelopeFields {
  readonly messageId?: string | undefined;
  /** RFC 3339. */
  readonly publishTime?: string | undefined;
  readonly idempotencyKey?: string | null | undefined;
  /** `YYYY-MM`. */
  readonly periodReference?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** Spellings that producers use for the same fields. */
export type Spelling = 'camel' | 'snake';

const NAMES = {
  camel: {
    messageId: 'messageId',
    publishTime: 'publishTime',
    key: 'idempotencyKeyResource',
    period: 'periodReference',
    correlation: 'correlationId',
  },
  snake: {
    messageId: 'message_id',
    publishTime: 'publish_time',
    key: 'idempotency_key',
    period: 'period_reference',
    correlation: 'correlation_id',
  },
} as const;

function headOf(fields: EnvelopeFields, spelling: Spelling, metadata: boolean): Record<string, unknown> {
  const name = NAMES[spelling];
  const about = {
    [name.key]: fields.idempotencyKey,
    [name.period]: fields.periodReference,
    [name.correlation]: fields.correlationId,
  };
  return {
    [name.messageId]: fields.messageId,
    [name.publishTime]: fields.publishTime,
    ...(metadata ? { _metadata: { source: 'generator', ...about } } : about),
  };
}

/**
 * One SQS body around a payload's text. The payload's bytes stand in the body as given: verbatim for `bare` and
 * `object`, escaped for `string`, in base64 for `data`.
 */
export function bodyAround(
  payload: string,
  fields: EnvelopeFields,
  form: BodyForm,
  spelling: Spelling,
): string {
  const metadata = spelling === 'camel';
  const head = JSON.stringify(headOf(fields, spelling, metadata)).slice(0, -1);
  const comma = head === '{' ? '' : ',';
  switch (form) {
    case 'bare':
      return payload === '{}' ? `${head}}` : `${head}${comma}${payload.slice(1)}`;
    case 'object':
      return `${head}${comma}"payload":${payload}}`;
    case 'string':
      return `${head}${comma}"payload":${JSON.stringify(payload)}}`;
    case 'data':
      return `${head}${comma}"data":"${Buffer.from(payload, 'utf8').toString('base64')}"}`;
  }
}
