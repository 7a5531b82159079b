import type { EventSource, Version, VersionOptions } from '../event/event-source.js';
import { instantText, monthOf } from '../event/instant.js';
import { type Delay, holds, type Incident, received, type Scenario, sequence } from './scenario.js';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;

/** Two versions of one event, sent in the given order; the second is the newer one whichever comes first. */
function correction(
  event: EventSource,
  order: 'in-order' | 'reversed',
  delay: Delay,
  newer: VersionOptions,
): Incident {
  const versions: [Version, Version] = [event.version(1), event.version(2, newer)];
  const sent = order === 'in-order' ? versions : [versions[1], versions[0]];
  const messages = sequence(
    event,
    sent.map((version) => event.body(version)),
    delay,
  );
  return {
    messages,
    expect: [
      ...received(...messages.map((message) => message.sqsMessageId)),
      ...holds(event, versions[1], { standardized: { message_id: versions[1].messageId } }),
    ],
  };
}

/** An instant that is later although its text sorts earlier. */
function otherOffset(event: EventSource, order: 'in-order' | 'reversed'): Incident {
  const updatedAfterMicros = event.random.between(1, 40) * 60_000_000 + event.random.below(1_000_000);
  const offsetMinutes = event.random.pick([-60, -210, -300, -420, -570]);
  return correction(event, order, event.random.pick(['soon', 'later']), {
    updatedAfterMicros,
    offsetMinutes,
  });
}

function late(event: EventSource, days: number): Incident {
  const occurred = event.occurredMicros - days * DAY;
  const version = event.version(1, {}, occurred);
  const body = event.body(version, { fields: event.fields(version.messageId, occurred) });
  const sqsMessageId = event.sqsMessageId(0);
  return {
    messages: [{ body, sqsMessageId, delay: 'now' }],
    expect: [
      ...received(sqsMessageId),
      ...holds(event, version, {
        standardized: { period_reference: monthOf(occurred) },
        curated: { event_timestamp: instantText(occurred) },
      }),
    ],
  };
}

function updatedBy(event: EventSource): VersionOptions {
  return { updatedAfterMicros: event.random.between(1, 12) * HOUR + event.random.below(1_000_000) };
}

export const CORRECTIONS: readonly Scenario[] = [
  {
    name: 'corrected-soon',
    faultClass: 'business-correction',
    share: 0.5,
    messages: 2,
    build: (event) => correction(event, 'in-order', 'soon', updatedBy(event)),
  },
  {
    name: 'corrected-later',
    faultClass: 'business-correction',
    share: 0.5,
    messages: 2,
    build: (event) => correction(event, 'in-order', 'later', updatedBy(event)),
  },
  {
    name: 'overtaken-soon',
    faultClass: 'out-of-order-correction',
    share: 0.5,
    messages: 2,
    build: (event) => correction(event, 'reversed', 'soon', updatedBy(event)),
  },
  {
    name: 'overtaken-later',
    faultClass: 'out-of-order-correction',
    share: 0.5,
    messages: 2,
    build: (event) => correction(event, 'reversed', 'later', updatedBy(event)),
  },
  {
    name: 'other-offset-in-order',
    faultClass: 'other-offset',
    share: 0.5,
    messages: 2,
    build: (event) => otherOffset(event, 'in-order'),
  },
  {
    name: 'other-offset-reversed',
    faultClass: 'other-offset',
    share: 0.5,
    messages: 2,
    build: (event) => otherOffset(event, 'reversed'),
  },
  {
    name: 'days-late',
    faultClass: 'late-arrival',
    share: 0.6,
    messages: 1,
    laterRounds: true,
    build: (event) => late(event, event.random.between(1, 20)),
  },
  {
    name: 'months-late',
    faultClass: 'late-arrival',
    share: 0.4,
    messages: 1,
    laterRounds: true,
    build: (event) => late(event, event.random.between(31, 150)),
  },
];
