import { createHash } from 'node:crypto';
import { type JsonTree, standardizedText, valueAt } from '../profile/json-tree.js';
import type { TopicProfile } from '../profile/topic-profile.js';
import { SeededRandom } from '../random/seeded-random.js';
import { type BodyForm, bodyAround, type EnvelopeFields, type Spelling } from './body.js';
import { instantText, monthOf } from './instant.js';

/** Labels that keep the random streams of one event apart. */
const STREAM = { identity: 1, payload: 2, choice: 3, body: 4 } as const;

/** What a body may differ in from the ordinary one of its event. */
export interface BodyOptions {
  readonly form?: BodyForm;
  readonly fields?: EnvelopeFields;
}

/** What a version may differ in from the first one of its event. */
export interface VersionOptions {
  /** `last_updated_ts` after the event itself, microseconds. */
  readonly updatedAfterMicros?: number;
  /** Minutes east of UTC in which `last_updated_ts` is written. */
  readonly offsetMinutes?: number;
}

/** One version of an event: its payload, still open to change. */
export interface Version {
  readonly number: number;
  readonly messageId: string;
  readonly eventId: string;
  readonly payload: JsonTree;
}

/**
 * Everything one base event is made of, as a pure function of (seed, index): built again, it gives the same bytes.
 */
export class EventSource {
  readonly index: number;
  readonly profile: TopicProfile;
  readonly topic: string;
  /** Milliseconds since the epoch at which the first message is sent. */
  readonly sentMs: number;
  /** The business key: what the corrections of the event share. */
  readonly key: string;
  /** For choices inside a scenario. */
  readonly random: SeededRandom;
  readonly #seed: number;
  readonly #identity: string;
  readonly #lagMicros: number;
  readonly #form: BodyForm;
  readonly #spelling: Spelling;

  constructor(options: { seed: number; index: number; profile: TopicProfile; sentMs: number }) {
    this.index = options.index;
    this.profile = options.profile;
    this.topic = options.profile.contract.topic;
    this.sentMs = options.sentMs;
    this.#seed = options.seed;
    const identity = new SeededRandom(options.seed, options.index, STREAM.identity);
    this.#identity = identity.hex(20);
    this.key = `idem-${identity.hex(16)}`;
    this.#lagMicros = identity.between(20_000, 30_000_000);
    this.random = new SeededRandom(options.seed, options.index, STREAM.choice);
    const body = new SeededRandom(options.seed, options.index, STREAM.body);
    const draw = body.next();
    const bareShare = options.profile.bodies === 'mixed' ? 0.5 : 0;
    this.#form = draw < bareShare ? 'bare' : draw < 0.8 ? 'object' : draw < 0.9 ? 'string' : 'data';
    this.#spelling = body.below(4) === 0 ? 'snake' : 'camel';
  }

  /** When it happened, microseconds since the epoch. */
  get occurredMicros(): number {
    return this.sentMs * 1000 - this.#lagMicros;
  }

  get mergeKey(): string {
    return `k:${this.key}`;
  }

  /** The SQS id of the event's message number `step`. */
  sqsMessageId(step: number): string {
    return new SeededRandom(this.#seed, this.index, STREAM.identity, step + 1).uuid();
  }

  messageId(version: number): string {
    return `msg-${this.#identity}-${version}`;
  }

  /** A version of the event; `number` counts from 1 and makes its ids its own. */
  version(
    number: number,
    options: VersionOptions = {},
    occurredMicros: number = this.occurredMicros,
  ): Version {
    const eventId = `evt-${this.#identity}-${number}`;
    const updated = occurredMicros + (options.updatedAfterMicros ?? 0);
    const payload = this.profile.payload(
      {
        eventId,
        eventTimestamp: instantText(occurredMicros),
        lastUpdated: instantText(updated, options.offsetMinutes),
      },
      new SeededRandom(this.#seed, this.index, STREAM.payload, number),
    );
    return { number, messageId: this.messageId(number), eventId, payload };
  }

  /** The envelope fields of an ordinary message. */
  fields(messageId: string, occurredMicros: number = this.occurredMicros): EnvelopeFields {
    return {
      messageId,
      publishTime: instantText(occurredMicros + 15_000),
      idempotencyKey: this.key,
      periodReference: monthOf(occurredMicros),
      correlationId: `corr-${this.#identity.slice(0, 12)}`,
    };
  }

  /** The body of a version, in the event's own form unless told otherwise. */
  body(version: Version, options: BodyOptions = {}): string {
    return this.bodyOf(JSON.stringify(version.payload), {
      fields: this.fields(version.messageId),
      ...options,
    });
  }

  /** A body around any payload text. */
  bodyOf(payload: string, options: Required<Pick<BodyOptions, 'fields'>> & BodyOptions): string {
    return bodyAround(payload, options.fields, options.form ?? this.#form, this.#spelling);
  }

  /** The form among the wrapped ones in which this event travels when it must be wrapped. */
  wrappedForm(choices: readonly BodyForm[] = ['object', 'string', 'data']): BodyForm {
    return choices.includes(this.#form) ? this.#form : (choices[this.index % choices.length] ?? 'object');
  }
}

/** Payload values as Standardized must hold them, by path. */
export function textsAt(payload: JsonTree, ...paths: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(paths.map((path) => [path, standardizedText(valueAt(payload, path))]));
}

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
