import { type Engine, type EnvelopeMode, type TopicSchedule, tableSafeTopic } from '@lean-ops/core';
import { HandlerError } from '../shared/error.js';
import { SCHEDULES } from '../shared/schedule.js';

/** A topic as the deployment wants it. What is left out stays as it is, or takes its default. */
export interface TopicEntry {
  /** As the queue spells it. */
  readonly queueTopic: string;
  readonly topic: string;
  readonly fifo: boolean;
  readonly envelope?: EnvelopeMode;
  readonly engine?: Engine;
  readonly schedule?: TopicSchedule;
  readonly freshnessObjectiveSeconds?: number;
  /** Where its contract is, beside the document; null for none. */
  readonly contract: string | null;
}

const FORMAT_VERSION = 1;
const ENVELOPES: readonly unknown[] = ['auto', 'bare', 'wrapped'] satisfies EnvelopeMode[];
const ENGINES: readonly unknown[] = ['node', 'spark'] satisfies Engine[];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the document of the wanted topics, `{"formatVersion":1,"topics":[{"queueTopic":"user-logins", …}]}`. A member
 * that is null counts as left out.
 *
 * @throws {HandlerError} `TOPICS_DOCUMENT_INVALID`, with everything that is wrong: half a document is none, for what is
 * left out of it would look like topics that nobody wants.
 */
export function parseTopicsDocument(text: string, name: string): readonly TopicEntry[] {
  const faults: string[] = [];
  const entries = entriesOf(text, faults).map((entry, index) =>
    topicEntry(entry, `topics[${index}]`, faults),
  );
  const topics = entries.filter((entry) => entry !== null);
  const spellings = new Map<string, string>();
  for (const { topic, queueTopic } of topics) {
    const other = spellings.get(topic);
    if (other !== undefined) faults.push(`${queueTopic} and ${other} would share table ${topic}`);
    spellings.set(topic, queueTopic);
  }
  if (faults.length === 0) return topics;
  throw new HandlerError(
    `the topics document ${name} is not usable, nothing was changed: ${faults.slice(0, 10).join('; ')}`,
    { code: 'TOPICS_DOCUMENT_INVALID', context: { name, faults } },
  );
}

function entriesOf(text: string, faults: string[]): readonly unknown[] {
  let document: Fields | null = null;
  try {
    document = JSON.parse(text) as Fields | null;
  } catch {
    // Said below.
  }
  if (document?.['formatVersion'] === FORMAT_VERSION && Array.isArray(document['topics']))
    return document['topics'];
  faults.push(`it is not JSON of format version ${FORMAT_VERSION} with a list of topics`);
  return [];
}

function topicEntry(value: unknown, where: string, faults: string[]): TopicEntry | null {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Fields;
  const before = faults.length;
  const member = <T>(name: string, isRight: (given: unknown) => given is T, shape: string): T | null => {
    const given = fields[name] ?? null;
    if (given === null || isRight(given)) return given;
    faults.push(`${where}.${name} is ${JSON.stringify(given)}: it takes ${shape}`);
    return null;
  };
  const queueTopic = member('queueTopic', isText, 'the name of a topic');
  const fifo = member('fifo', isBoolean, 'true or false');
  const envelope = member('envelope', isEnvelope, ENVELOPES.join(', '));
  const engine = member('engine', isEngine, ENGINES.join(', '));
  const schedule = member('schedule', isSchedule, SCHEDULES.join(', '));
  const freshness = member('freshnessObjectiveSeconds', isSeconds, 'seconds above 0');
  const contract = member('contract', isText, 'the key of a contract');
  if (queueTopic === null) faults.push(`${where} has no queueTopic`);
  const topic = queueTopic === null ? null : safeTopic(queueTopic, where, faults);
  if (faults.length > before || queueTopic === null || topic === null) return null;
  return {
    queueTopic,
    topic,
    fifo: fifo ?? false,
    contract,
    ...(envelope !== null && { envelope }),
    ...(engine !== null && { engine }),
    ...(schedule !== null && { schedule }),
    ...(freshness !== null && { freshnessObjectiveSeconds: freshness }),
  };
}

function safeTopic(queueTopic: string, where: string, faults: string[]): string | null {
  try {
    return tableSafeTopic(queueTopic);
  } catch (error) {
    faults.push(`${where}: ${(error as Error).message}`);
    return null;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isEnvelope = (value: unknown): value is EnvelopeMode => ENVELOPES.includes(value);
const isEngine = (value: unknown): value is Engine => ENGINES.includes(value);
const isSchedule = (value: unknown): value is TopicSchedule =>
  (SCHEDULES as readonly unknown[]).includes(value);
const isSeconds = (value: unknown): value is number => typeof value === 'number' && value > 0;
