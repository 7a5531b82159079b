import { setTimeout as sleep } from 'node:timers/promises';
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { DEFAULT_BREAKER_SETTINGS } from '@lean-ops/ingest';
import { invoke } from '../stack/wanted-topics.js';
import type { Theatre } from '../theatre.js';
import { tableTopic } from '../traffic/topics.js';
import { type Outcome, unless } from './scene.js';

/** The breaker looks at a window of minutes: failures must outweigh what went well within it. */
const WINDOW_MS = (DEFAULT_BREAKER_SETTINGS.windowMinutes + 1) * 60_000;
const LEAST_FAILURES = 100;
const WAITING_MESSAGES = 40;
const TURNS = 8;

/** A producer breaks its envelope: the mapping of its topic goes off, no other does, and what comes then waits. */
export async function breakerOpens(theatre: Theatre): Promise<Outcome> {
  const { cast, clients, names, state, queues } = theatre;
  const topic = tableTopic(cast.broken);
  const queue = names.topicQueue(cast.broken);
  const failures = Math.max(LEAST_FAILURES, Math.ceil(1.5 * (await recentMessages(theatre, topic))));
  for (let index = 0; index < failures; index += 1) {
    // A wrapper around nothing, in a topic whose bodies are always wrapped.
    const body = JSON.stringify({ messageId: `empty-${index}`, publishTime: new Date().toISOString() });
    await queues.send({ queue, topic, body, id: `empty-${index}` });
  }
  await queues.flush();
  await theatre.settle();
  const row = await untilState(theatre, topic, 'open');
  for (let index = 0; index < WAITING_MESSAGES; index += 1) {
    const payload = { eventId: `waiting-${index}`, note: 'sent while the breaker was open' };
    const wrapper = { messageId: `waiting-${index}`, publishTime: new Date().toISOString(), payload };
    await queues.send({ queue, topic, body: JSON.stringify(wrapper), id: `waiting-${index}` });
  }
  await queues.flush();
  await theatre.settle({ except: [queue] });
  const off = await disabledMappings(theatre);
  const waiting = await queues.depth(queue);
  await invoke(clients, names.of('topic-sync'));
  return {
    seen: `${failures} broken messages; the breaker of ${topic} is ${row}, ${waiting} messages wait`,
    faults: [
      ...unless(row === 'open', `the breaker is ${row}`),
      ...unless(off.join() === queue, `mappings that are off: ${off.join(', ') || 'none'}`),
      ...unless(waiting === WAITING_MESSAGES, `${WAITING_MESSAGES} messages were to wait`),
      ...unless((await disabledMappings(theatre)).join() === queue, 'topic-sync meddled with the breaker'),
      ...unless(
        (await state.breakers.list()).filter(({ state: one }) => one !== 'closed').length === 1,
        'another breaker is open',
      ),
    ],
  };
}

/** The producer is sound again: a probe closes the breaker, the mapping goes on, and what waited arrives. */
export async function breakerCloses(theatre: Theatre): Promise<Outcome> {
  const { cast, state } = theatre;
  const topic = tableTopic(cast.broken);
  const row = await untilState(theatre, topic, 'closed');
  await theatre.settle();
  const off = await disabledMappings(theatre);
  const { trips } = (await state.breakers.get(topic)) ?? { trips: 0 };
  return {
    seen: `the breaker of ${topic} is ${row} after ${trips} trips, and nothing waits`,
    faults: [
      ...unless(row === 'closed', `the breaker is ${row}`),
      ...unless(off.length === 0, `mappings that are off: ${off.join(', ')}`),
    ],
  };
}

/** Lets the breaker's schedule come up until a breaker is in a state; its pauses are cut short. */
async function untilState(theatre: Theatre, topic: string, wanted: 'open' | 'closed'): Promise<string> {
  const { clients, names, state, signal } = theatre;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const row = await state.breakers.get(topic);
    const current = row?.state ?? 'closed';
    if (current === wanted && (wanted === 'closed' ? row?.mappingHeld === false : row?.mappingHeld === true))
      return current;
    if (row?.nextProbeAt !== null && row?.nextProbeAt !== undefined)
      await state.breakers.save({ ...row, nextProbeAt: Date.now() });
    await invokeAlone(clients, names.of('circuit-breaker'));
    await sleep(500, undefined, { signal });
  }
  return (await state.breakers.get(topic))?.state ?? 'closed';
}

/** One round runs at a time; that of the schedule's minute may have been first, and the answer is null then. */
async function invokeAlone(clients: Theatre['clients'], name: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      if ((await invoke(clients, name)) !== null || attempt === 20) return;
    } catch (error) {
      if ((error as Error).name !== 'TooManyRequestsException' || attempt === 20) throw error;
    }
    await sleep(500);
  }
}

async function recentMessages({ state }: Theatre, topic: string): Promise<number> {
  const counts = await state.breakers.counts(Date.now() - WINDOW_MS);
  return counts.filter((one) => one.topic === topic).reduce((sum, { messages }) => sum + messages, 0);
}

/** Names of the queues whose mappings are off. */
async function disabledMappings({ clients }: Theatre): Promise<string[]> {
  const off: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await clients.lambda.send(new ListEventSourceMappingsCommand({ Marker }));
    for (const { State, EventSourceArn } of page.EventSourceMappings ?? [])
      if (State !== 'Enabled') off.push(EventSourceArn!.split(':').at(-1)!);
    Marker = page.NextMarker === '' ? undefined : page.NextMarker;
  } while (Marker !== undefined);
  return off.sort();
}
