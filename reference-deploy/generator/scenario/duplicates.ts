import type { EventSource } from '../event/event-source.js';
import { type Delay, holds, type Incident, received, type Scenario } from './scenario.js';

/** The network delivers, or the producer sends, the same bytes twice. */
function duplicate(event: EventSource, secondId: string, delay: Delay): Incident {
  const version = event.version(1);
  const body = event.body(version);
  const firstId = event.sqsMessageId(0);
  return {
    messages: [
      { body, sqsMessageId: firstId, delay: 'now' },
      { body, sqsMessageId: secondId, delay },
    ],
    expect: [...received(firstId, secondId), ...holds(event, version)],
  };
}

export const DUPLICATES: readonly Scenario[] = [
  {
    name: 'redelivered-soon',
    faultClass: 'network-duplicate',
    share: 0.4,
    messages: 2,
    build: (event) => duplicate(event, event.sqsMessageId(0), 'soon'),
  },
  {
    name: 'redelivered-later',
    faultClass: 'network-duplicate',
    share: 0.1,
    messages: 2,
    build: (event) => duplicate(event, event.sqsMessageId(0), 'later'),
  },
  {
    name: 'sent-again-soon',
    faultClass: 'network-duplicate',
    share: 0.3,
    messages: 2,
    build: (event) => duplicate(event, event.sqsMessageId(1), 'soon'),
  },
  {
    name: 'sent-again-later',
    faultClass: 'network-duplicate',
    share: 0.2,
    messages: 2,
    build: (event) => duplicate(event, event.sqsMessageId(1), 'later'),
  },
  {
    name: 'message-id-reused',
    faultClass: 'message-id-reused',
    share: 1,
    messages: 2,
    build: (event) => {
      const first = event.version(1);
      const second = { ...event.version(2, { updatedAfterMicros: 60_000_000 }), messageId: first.messageId };
      const ids = [event.sqsMessageId(0), event.sqsMessageId(1)] as const;
      return {
        messages: [
          { body: event.body(first), sqsMessageId: ids[0], delay: 'now' },
          { body: event.body(second), sqsMessageId: ids[1], delay: 'soon' },
        ],
        expect: [
          ...received(...ids),
          ...holds(event, second, { standardized: { message_id: first.messageId } }),
          { at: 'drift-log', kind: 'MESSAGE_ID_REUSED', path: null },
        ],
      };
    },
  },
];
