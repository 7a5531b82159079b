import type { GeneratedMessage } from '../../generator/index.js';
import { topicOfQueue } from '../../local/accountability.js';
import type { Theatre } from '../theatre.js';
import type { Outgoing } from '../traffic/message-queue.js';
import type { Outcome } from './scene.js';

/** Sends one round of the generated stream and waits until everything has arrived somewhere. */
export async function sendRound(
  theatre: Theatre,
  round: number,
  except: readonly string[] = [],
): Promise<Outcome> {
  const { stream, queues, log, emulator } = theatre;
  const before = log.total;
  const toOutgoing = outgoing(theatre);
  for (const { round: number, messages } of stream.rounds) {
    if (number !== round) continue;
    for (const message of messages) await queues.send(toOutgoing(message));
  }
  await queues.flush();
  theatre.say(`round ${round + 1}: ${log.total - before} messages are in the queues`);
  await theatre.settle({ except });
  const { deliveries } = await emulator.status();
  return {
    seen: `${log.total - before} messages sent, ${deliveries.records} records in RAW after ${deliveries.commits} commits so far`,
    faults: [],
  };
}

function outgoing({ cast, names, deployment }: Theatre): (message: GeneratedMessage) => Outgoing {
  const queueOf = new Map(
    cast.all.map((topic) => [topic.queueTopic, { name: names.topicQueue(topic), fifo: topic.fifo }]),
  );
  return ({ queueTopic, body, sqsMessageId, queueArn }) => {
    const queue = queueOf.get(queueTopic)!;
    const name = queueArn?.split(':').at(-1) ?? queue.name;
    return {
      queue: name,
      topic: topicOfQueue(names.queueArn(name), deployment),
      body,
      id: sqsMessageId,
      ...(queueArn === undefined && queue.fifo && { group: 'all' }),
    };
  };
}
