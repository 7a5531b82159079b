import type { BodyForm, EnvelopeFields } from '../event/body.js';
import { type EventSource, sha256 } from '../event/event-source.js';
import { monthOf } from '../event/instant.js';
import { fails, holds, type Incident, received, type Scenario } from './scenario.js';

/** Queues whose names say nothing of a topic of this project. */
const FOREIGN_QUEUES = [
  'arn:aws:sqs:eu-west-1:000000000000:legacy-intake',
  'arn:aws:sqs:eu-west-1:000000000000:other-project-prod-events-queue',
  'arn:aws:sqs:eu-west-1:000000000000:queue',
] as const;

/** A null or blank key: the event stands for itself, under its message id. */
function keyless(event: EventSource, key: string | null): Incident {
  const version = event.version(1);
  const body = event.body(version, { fields: { ...event.fields(version.messageId), idempotencyKey: key } });
  const sqsMessageId = event.sqsMessageId(0);
  const mergeKey = `m:${version.messageId}`;
  return {
    messages: [{ body, sqsMessageId, delay: 'now' }],
    expect: [
      ...received(sqsMessageId),
      ...(event.profile.keyIsCritical
        ? fails(event, version, 'idempotency_key', mergeKey)
        : holds(event, version, { mergeKey, standardized: { idempotency_key: null } })),
    ],
  };
}

type Field = 'messageId' | 'publishTime' | 'periodReference' | 'correlationId';

/** A body without some of the envelope's fields: what is missing comes from the queue, or stays null. */
function missingFields(event: EventSource): Incident {
  const missing = event.random.pick<readonly Field[]>([
    ['messageId'],
    ['publishTime'],
    ['periodReference'],
    ['correlationId'],
    ['messageId', 'publishTime', 'periodReference', 'correlationId'],
  ]);
  const version = event.version(1);
  const without = Object.fromEntries(missing.map((field) => [field, undefined])) as EnvelopeFields;
  // A wrapper is recognised by its id and time; without them only a topic that is always wrapped may wrap.
  const form: BodyForm = event.profile.bodies === 'mixed' ? 'bare' : event.wrappedForm();
  const body = event.body(version, { form, fields: { ...event.fields(version.messageId), ...without } });
  const sqsMessageId = event.sqsMessageId(0);
  const has = (field: Field): boolean => !missing.includes(field);
  return {
    messages: [{ body, sqsMessageId, delay: 'now' }],
    expect: [
      ...received(sqsMessageId),
      ...holds(event, version, {
        standardized: {
          message_id: has('messageId') ? version.messageId : sqsMessageId,
          publish_time_source: has('publishTime') ? 'producer' : 'sqs',
          period_reference: has('periodReference') ? monthOf(event.occurredMicros) : null,
          correlation_id: has('correlationId') ? (event.fields('').correlationId ?? null) : null,
        },
      }),
    ],
  };
}

function quarantined(event: EventSource, body: string, queueArn?: string): Incident {
  const sqsMessageId = event.sqsMessageId(0);
  return {
    messages: [{ body, sqsMessageId, delay: 'now', ...(queueArn === undefined ? {} : { queueArn }) }],
    expect: [{ at: 'quarantine', sqsMessageId, bodySha256: sha256(body) }],
  };
}

/** A wrapper around nothing, in a topic that must be wrapped. */
function missingPayload(event: EventSource): Incident {
  const wrapper = event.bodyOf('{}', { fields: event.fields(event.messageId(1)), form: 'object' });
  return quarantined(event, wrapper.replace(/,"payload":\{\}/, ''));
}

/** Bodies that SQS takes and the sink does not: above its limit as they are, or once their quotes are escaped. */
function oversize(event: EventSource): Incident {
  const version = event.version(1);
  const filler = event.index % 2 === 0 ? 'x'.repeat(1_030_000) : '"'.repeat(400_000);
  version.payload['attachment'] = filler;
  return quarantined(event, event.body(version, { form: 'object' }));
}

export const ENVELOPE: readonly Scenario[] = [
  { name: 'null-key', faultClass: 'null-key', share: 1, messages: 1, build: (event) => keyless(event, null) },
  {
    name: 'blank-key',
    faultClass: 'blank-key',
    share: 1,
    messages: 1,
    build: (event) => keyless(event, event.random.pick(['', ' ', ' \t'])),
  },
  {
    name: 'missing-field',
    faultClass: 'missing-envelope-field',
    share: 1,
    messages: 1,
    build: missingFields,
  },
  {
    name: 'missing-payload',
    faultClass: 'missing-payload',
    share: 1,
    messages: 1,
    fits: (profile) => profile.bodies === 'wrapped',
    build: missingPayload,
  },
  {
    name: 'unknown-topic',
    faultClass: 'unknown-topic',
    share: 1,
    messages: 1,
    build: (event) => quarantined(event, event.body(event.version(1)), event.random.pick(FOREIGN_QUEUES)),
  },
  { name: 'oversize', faultClass: 'oversize', share: 1, messages: 1, build: oversize },
];
