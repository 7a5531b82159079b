import { GLOBAL_BREAKER } from '@lean-ops/core';
import type { DeployedTopic } from '../stack/deployment.js';
import type { Theatre } from '../theatre.js';
import { tableTopic } from '../traffic/topics.js';
import { disabledMappings, untilState, withoutRounds } from './breaker-rounds.js';
import { type Outcome, unless } from './scene.js';

/** As few as suffice where the sink fails for each of several topics. */
const TOPICS = 4;
const MESSAGES = 10;
const WAITING_MESSAGES = 2;

/**
 * Firehose refuses everything: the one breaker of the sink stops all topics, and none is blamed for it. When Firehose takes
 * records again, a probe closes it, and what was handed back or has waited arrives.
 */
export async function sinkBreaker(theatre: Theatre): Promise<Outcome> {
  const { cast, names, state, emulator } = theatre;
  const topicQueues = cast.all.map((topic) => names.topicQueue(topic)).sort();
  await emulator.setFaults({ throttledCalls: 1 });
  // The topic whose table is to be dropped gets no rows before.
  const senders = cast.all.filter((topic) => topic !== cast.withoutTable);
  for (const topic of senders.slice(0, TOPICS)) await sendTo(theatre, topic, 'refused', MESSAGES);
  await theatre.queues.flush();
  await untilHandedBack(theatre);
  const opened = await untilState(theatre, [GLOBAL_BREAKER], 'open');
  const { off, blamed } = await withoutRounds(theatre, async () => {
    const off = (await disabledMappings(theatre)).filter((queue) => topicQueues.includes(queue));
    const blamed = (await state.breakers.list()).filter(
      (row) => row.scope !== GLOBAL_BREAKER && row.state !== 'closed',
    );
    for (const topic of senders) await sendTo(theatre, topic, 'waiting', WAITING_MESSAGES);
    await theatre.queues.flush();
    await emulator.setFaults({});
    return { off, blamed };
  });
  const closed = await untilState(theatre, [GLOBAL_BREAKER], 'closed');
  const reason = (await state.breakers.get(GLOBAL_BREAKER))?.reason;
  await untilState(theatre, cast.all.map(tableTopic), 'closed');
  await theatre.settle();
  const stillOff = await disabledMappings(theatre);
  return {
    seen: `${off.length} topics were stopped; the sink's breaker is ${closed} (${reason}), and nothing waits`,
    faults: [
      ...unless(opened === 'open', `the sink's breaker is ${opened}`),
      ...unless(
        off.join() === topicQueues.join(),
        `${off.length} of ${topicQueues.length} mappings were off`,
      ),
      ...unless(
        blamed.length === 0,
        `breakers of topics opened: ${blamed.map(({ scope }) => scope).join(', ')}`,
      ),
      ...unless(closed === 'closed', `the sink's breaker stays ${closed}`),
      ...unless(stillOff.length === 0, `mappings that are off: ${stillOff.join(', ')}`),
    ],
  };
}

async function sendTo(
  { queues, names }: Theatre,
  topic: DeployedTopic,
  what: string,
  messages: number,
): Promise<void> {
  for (let index = 0; index < messages; index += 1) {
    const id = `sink-${what}-${tableTopic(topic)}-${index}`;
    const payload = { eventId: id, note: 'sent while Firehose refused everything' };
    const wrapper = { messageId: id, publishTime: new Date().toISOString(), payload };
    await queues.send({
      queue: names.topicQueue(topic),
      topic: tableTopic(topic),
      body: JSON.stringify(wrapper),
      id,
      ...(topic.fifo && { group: id }),
    });
  }
}

/** Waits until the processor has told what became of the messages. */
async function untilHandedBack({ state, signal }: Theatre): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    signal.throwIfAborted();
    const counts = await state.breakers.counts(Date.now() - 600_000);
    if (counts.reduce((sum, { sinkFailures }) => sum + sinkFailures, 0) >= TOPICS * MESSAGES) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
