/** What is known of a topic's messages outside its tables. */
export interface Evidence {
  /** Distinct SQS message ids sent; null where nobody counted them. */
  readonly messages: bigint | number | null;
  /** The ids themselves, where there is a send log: then missing ones are named. */
  readonly sqsMessageIds?: AsyncIterable<string>;
  /** SQS message ids by archive. */
  readonly quarantined: AsyncIterable<string>;
  readonly deadLettered: AsyncIterable<string>;
  readonly deliveryFailures: AsyncIterable<string>;
  /** Messages in queues and buffers that are nowhere else yet. */
  readonly inFlight: number;
}

/** Where messages are, each counted once. */
export interface MessageCount {
  readonly messages: number | null;
  readonly quarantined: number;
  readonly deadLettered: number;
  readonly deliveryFailures: number;
  /** Distinct messages found anywhere; null where nobody knows how many were sent, for then it says nothing. */
  readonly found: number | null;
  /** Messages sent and found nowhere, when the send log names them. */
  readonly missing: readonly string[];
  /** Messages found that were never sent. */
  readonly unexpected: readonly string[];
}

/** Counts messages by the first place that has them: RAW, quarantine, dead letters, delivery failures. */
export async function countMessages(
  evidence: Evidence,
  raw: AsyncIterable<string> | Iterable<string>,
): Promise<MessageCount> {
  if (evidence.messages === null && evidence.sqsMessageIds === undefined)
    return { ...NOTHING_SENT, ...(await countArchived(evidence, raw)) };
  const found = new Set<string>();
  await addAll(found, raw);
  const quarantined = await addAll(found, evidence.quarantined);
  const deadLettered = await addAll(found, evidence.deadLettered);
  const deliveryFailures = await addAll(found, evidence.deliveryFailures);
  const places = { quarantined, deadLettered, deliveryFailures, found: found.size };
  if (evidence.sqsMessageIds === undefined) {
    const messages = evidence.messages === null ? null : Number(evidence.messages);
    return { ...places, messages, missing: [], unexpected: [] };
  }
  const sent = new Set<string>();
  const missing: string[] = [];
  for await (const id of evidence.sqsMessageIds) {
    if (!found.has(id) && !sent.has(id)) missing.push(id);
    sent.add(id);
  }
  const unexpected: string[] = [];
  for (const id of found) if (!sent.has(id)) unexpected.push(id);
  return { ...places, messages: sent.size, missing, unexpected };
}

const NOTHING_SENT = { messages: null, found: null, missing: [], unexpected: [] };

const PLACES = ['quarantined', 'deadLettered', 'deliveryFailures'] as const;

/** Archived messages that are not in RAW. Of RAW, which may have any number, no id is kept. */
async function countArchived(
  evidence: Evidence,
  raw: AsyncIterable<string> | Iterable<string>,
): Promise<Record<(typeof PLACES)[number], number>> {
  const places = new Map<string, (typeof PLACES)[number]>();
  for (const place of PLACES)
    for await (const id of evidence[place]) if (!places.has(id)) places.set(id, place);
  if (places.size > 0) for await (const id of raw) places.delete(id);
  const counts = { quarantined: 0, deadLettered: 0, deliveryFailures: 0 };
  for (const place of places.values()) counts[place]++;
  return counts;
}

async function addAll(found: Set<string>, ids: AsyncIterable<string> | Iterable<string>): Promise<number> {
  const before = found.size;
  for await (const id of ids) found.add(id);
  return found.size - before;
}
