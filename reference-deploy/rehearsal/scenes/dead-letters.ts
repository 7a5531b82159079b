import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentOptions, leanOps } from '../command-line.js';
import { invoke } from '../stack/wanted-topics.js';
import type { Theatre } from '../theatre.js';
import { tableTopic } from '../traffic/topics.js';
import { type Outcome, unless } from './scene.js';

/** What Firehose refuses in {@link messagesRefused}; the generator never writes it. */
export const REFUSED_TEXT = 'refused-by-the-rehearsal';
const REFUSED_MESSAGES = 12;
/** So that five receives take seconds. */
const QUICK_VISIBILITY_SECONDS = 2;

type Kind = 'dead-letter' | 'delivery-failure';

/** Messages that the sink refuses, however often, are redriven and archived; those sent beside them arrive. */
export async function messagesRefused(theatre: Theatre): Promise<Outcome> {
  const { cast, names, queues } = theatre;
  const topics = [cast.refused, cast.refusedInOrder];
  const usual = await Promise.all(topics.map((topic) => queues.visibilitySeconds(names.topicQueue(topic))));
  for (const topic of topics)
    await queues.setVisibilitySeconds(names.topicQueue(topic), QUICK_VISIBILITY_SECONDS);
  for (const topic of topics) {
    for (let index = 0; index < REFUSED_MESSAGES; index += 1) {
      const id = `sink-${tableTopic(topic)}-${index}`;
      // Without an id or a time of its own: after the replay it must be the same message nevertheless.
      const payload = { eventId: id, note: index % 2 === 0 ? REFUSED_TEXT : 'taken' };
      const wrapped = { messageId: `own-${id}`, publishTime: new Date().toISOString(), payload };
      const body = JSON.stringify(topic === cast.refused ? payload : wrapped);
      await queues.send({
        queue: names.topicQueue(topic),
        topic: tableTopic(topic),
        body,
        id,
        ...(topic.fifo && { group: `device-${index}` }),
      });
    }
  }
  await queues.flush();
  const wanted = REFUSED_MESSAGES;
  await untilArchived(theatre, 'dead-letter', wanted);
  await theatre.settle();
  for (const [index, topic] of topics.entries())
    await queues.setVisibilitySeconds(names.topicQueue(topic), usual[index]!);
  const archived = await archivedOf(theatre, 'dead-letter');
  const ofTopics = topics.map((topic) => archived.filter((one) => one === tableTopic(topic)).length);
  return {
    seen: `${archived.length} dead letters in the archive, of ${topics.map(tableTopic).join(' and ')}`,
    faults: unless(
      ofTopics.every((count) => count === wanted / 2) && archived.length === wanted,
      `${wanted / 2} dead letters of each topic were expected, not ${ofTopics.join(' and ')} of ${archived.length}`,
    ),
  };
}

/** The sink takes everything again, the missing table is made, and what is in the archive is replayed. */
export async function archiveReplayed(theatre: Theatre): Promise<Outcome> {
  const { clients, names, state } = theatre;
  await invoke(clients, names.of('topic-sync'));
  const faults: string[] = [];
  const counts: string[] = [];
  for (const kind of ['delivery-failure', 'dead-letter'] as const) {
    const before = (await archivedOf(theatre, kind)).length;
    const options = ['--kind', kind, '--yes', '--rate', '2000/s'];
    const { status, stdout, stderr } = await leanOps(theatre, [
      'dlq',
      'replay',
      ...deploymentOptions(theatre),
      ...options,
    ]);
    if (status !== 0)
      faults.push(
        `lean-ops dlq replay --kind ${kind} ended with ${status}: ${stdout.slice(-400)} ${stderr.slice(-400)}`,
      );
    counts.push(`${before} of ${kind}`);
    if (before === 0) faults.push(`there was no ${kind} to replay`);
  }
  await theatre.settle();
  const open: string[] = [];
  for (const kind of ['delivery-failure', 'dead-letter'] as const) {
    for await (const { status, topic, sqsMessageId } of state.errors.list({ kind }))
      if (status !== 'replayed') open.push(`${kind} ${sqsMessageId} of ${topic} is ${status}`);
  }
  return {
    seen: `replayed ${counts.join(', ')}`,
    faults: [
      ...faults,
      ...unless(open.length === 0, `${open.length} were not replayed, for example ${open[0]}`),
    ],
  };
}

async function archivedOf({ state }: Theatre, kind: Kind): Promise<string[]> {
  const topics: string[] = [];
  for await (const { topic } of state.errors.list({ kind })) topics.push(topic);
  return topics;
}

async function untilArchived(theatre: Theatre, kind: Kind, wanted: number): Promise<void> {
  const until = Date.now() + 120_000;
  while ((await archivedOf(theatre, kind)).length < wanted) {
    if (Date.now() > until) return;
    await sleep(500, undefined, { signal: theatre.signal });
  }
}
