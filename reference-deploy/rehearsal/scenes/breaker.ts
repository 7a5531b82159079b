import { DEFAULT_BREAKER_SETTINGS } from '@lean-ops/ingest';
import type { DeployedTopic } from '../stack/deployment.js';
import { invoke } from '../stack/wanted-topics.js';
import type { Theatre } from '../theatre.js';
import { tableTopic } from '../traffic/topics.js';
import { disabledMappings, untilState, withoutRounds } from './breaker-rounds.js';
import { type Outcome, unless } from './scene.js';

/** The breaker looks at a window of minutes: failures must outweigh what went well within it. */
const WINDOW_MS = (DEFAULT_BREAKER_SETTINGS.windowMinutes + 1) * 60_000;
const LEAST_FAILURES = 100;
const WAITING_MESSAGES = 40;

/** Two producers, one with a FIFO queue, break their envelopes: their mappings go off, no other does, and what comes then waits. */
export async function breakersOpen(theatre: Theatre): Promise<Outcome> {
  const { clients, names, state } = theatre;
  const topics = brokenTopics(theatre);
  const scopes = topics.map(tableTopic);
  const queues = topics.map((topic) => names.topicQueue(topic)).sort();
  const failures = await withoutRounds(theatre, async () => {
    let sent = 0;
    for (const topic of topics) sent += await breakEnvelopes(theatre, topic);
    await theatre.queues.flush();
    await theatre.settle();
    return sent;
  });
  const reached = await untilState(theatre, scopes, 'open');
  // Nor one that would probe them before all is looked at.
  const { off, waiting, offAfterSync, open } = await withoutRounds(theatre, async () => {
    for (const topic of topics) await sendSound(theatre, topic);
    await theatre.queues.flush();
    await theatre.settle({ except: queues });
    const off = await disabledMappings(theatre);
    const waiting = await Promise.all(queues.map((queue) => theatre.queues.depth(queue)));
    await invoke(clients, names.of('topic-sync'));
    const offAfterSync = await disabledMappings(theatre);
    const open = (await state.breakers.list()).filter((row) => row.state !== 'closed');
    return { off, waiting, offAfterSync, open };
  });
  return {
    seen: `${failures} broken messages; the breakers of ${scopes.join(' and ')} are ${reached}, ${waiting.join(' and ')} messages wait`,
    faults: [
      ...unless(reached === 'open', `the breakers are ${reached}`),
      ...unless(off.join() === queues.join(), `mappings that are off: ${off.join(', ') || 'none'}`),
      ...unless(
        waiting.every((depth) => depth === WAITING_MESSAGES),
        `${WAITING_MESSAGES} messages were to wait in each queue`,
      ),
      ...unless(offAfterSync.join() === queues.join(), 'topic-sync meddled with a breaker'),
      ...unless(open.length === topics.length, 'another breaker is open'),
    ],
  };
}

/** The producers are sound again: probes close the breakers, the mappings go on, and what waited arrives. */
export async function breakersClose(theatre: Theatre): Promise<Outcome> {
  const scopes = brokenTopics(theatre).map(tableTopic);
  const reached = await untilState(theatre, scopes, 'closed');
  await theatre.settle();
  const off = await disabledMappings(theatre);
  const rows = await Promise.all(scopes.map((scope) => theatre.state.breakers.get(scope)));
  const trips = rows.map((row) => row?.trips ?? 0);
  return {
    seen: `the breakers of ${scopes.join(' and ')} are ${reached} after ${trips.join(' and ')} trips, and nothing waits`,
    faults: [
      ...unless(reached === 'closed', `the breakers are ${reached}`),
      ...unless(off.length === 0, `mappings that are off: ${off.join(', ')}`),
    ],
  };
}

function brokenTopics({ cast }: Theatre): readonly DeployedTopic[] {
  return [cast.broken, cast.brokenInOrder];
}

/** Enough wrappers around nothing, in a topic whose bodies are always wrapped; how many. */
async function breakEnvelopes(theatre: Theatre, topic: DeployedTopic): Promise<number> {
  const failures = Math.max(LEAST_FAILURES, Math.ceil(1.5 * (await recentMessages(theatre, topic))));
  for (let index = 0; index < failures; index += 1) {
    const messageId = `empty-${tableTopic(topic)}-${index}`;
    await sendOne(theatre, topic, { messageId, publishTime: new Date().toISOString() });
  }
  return failures;
}

async function sendSound(theatre: Theatre, topic: DeployedTopic): Promise<void> {
  for (let index = 0; index < WAITING_MESSAGES; index += 1) {
    const messageId = `waiting-${tableTopic(topic)}-${index}`;
    const payload = { eventId: messageId, note: 'sent while the breaker was open' };
    await sendOne(theatre, topic, { messageId, publishTime: new Date().toISOString(), payload });
  }
}

async function sendOne(
  { queues, names }: Theatre,
  topic: DeployedTopic,
  wrapper: { readonly messageId: string; readonly publishTime: string; readonly payload?: object },
): Promise<void> {
  await queues.send({
    queue: names.topicQueue(topic),
    topic: tableTopic(topic),
    body: JSON.stringify(wrapper),
    id: wrapper.messageId,
    ...(topic.fifo && { group: wrapper.messageId }),
  });
}

async function recentMessages({ state }: Theatre, topic: DeployedTopic): Promise<number> {
  const counts = await state.breakers.counts(Date.now() - WINDOW_MS);
  return counts
    .filter((one) => one.topic === tableTopic(topic))
    .reduce((sum, { messages }) => sum + messages, 0);
}
