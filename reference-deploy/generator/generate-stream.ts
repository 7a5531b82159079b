import { EventSource } from './event/event-source.js';
import type { FaultClass } from './fault-class.js';
import type { GroundTruthRecord } from './ground-truth.js';
import { type Plan, planStream } from './plan.js';
import { profileFor } from './profile/profiles.js';
import type { TopicProfile } from './profile/topic-profile.js';
import { SeededRandom } from './random/seeded-random.js';
import { completeRates, ORDINARY } from './scenario/catalogue.js';
import type { Draft, Incident } from './scenario/scenario.js';
import { DEFAULT_START_MS, roundEndMs, sentMs } from './timetable.js';

/** A message as a producer sends it, with the round it belongs to. */
export interface GeneratedMessage {
  readonly queueTopic: string;
  readonly body: string;
  readonly sqsMessageId: string;
  /** Milliseconds since the epoch. */
  readonly sentTimestampMs: number;
  /** Where the message claims to come from, if not from the topic's queue. */
  readonly queueArn?: string;
  readonly round: number;
}

export interface GenerateOptions {
  /** Messages in the stream, faults included. */
  readonly events: number;
  /** A whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
  /** Profiles, or topics as the queues spell them. */
  readonly topics: readonly (TopicProfile | string)[];
  /** Faults per message and fault class, over the defaults. */
  readonly rates?: Partial<Record<FaultClass, number>>;
  /** Rounds over which the stream arrives, days and months apart. Default 4. */
  readonly rounds?: number;
  /** First instant, milliseconds since the epoch. Default 2025-01-06. */
  readonly startMs?: number;
}

interface GeneratedRound {
  /** From 0. */
  readonly round: number;
  /** Milliseconds since the epoch: after the round's last message. */
  readonly nowMs: number;
  /** May be iterated again. */
  readonly messages: Iterable<GeneratedMessage>;
}

export interface GeneratedStream {
  readonly profiles: readonly TopicProfile[];
  /** In order: messages that one round holds back arrive in the rounds after it. */
  readonly rounds: Iterable<GeneratedRound>;
  /** One record per injected fault; may be iterated before, after or beside the rounds. */
  readonly groundTruth: Iterable<GroundTruthRecord>;
}

const FOLLOW_STREAM = 0x464f4c4c;
const SOON = 40;

/** A message that waits for its turn: the step of the event's incident. */
interface Waiting {
  readonly index: number;
  readonly step: number;
}

/**
 * A stream of messy events with everything that is wrong with it on record. Messages are built as they are asked for
 * and again from (seed, event number) when a later one needs them, so memory does not grow with their size; the same
 * options give the same bytes.
 *
 * @throws {RangeError} when an option is out of range.
 * @example
 * const stream = generateStream({ events: 1000, seed: 42, topics: ['device-telemetry'] });
 * for (const { messages } of stream.rounds) for (const message of messages) await send(message);
 */
export function generateStream(options: GenerateOptions): GeneratedStream {
  const { events, seed, topics, rates, rounds = 4, startMs = DEFAULT_START_MS } = options;
  requireWhole('events', events, 0, 1_000_000_000);
  requireWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole('rounds', rounds, 1, 1000);
  requireWhole('topics', topics.length, 1, 1000);
  const profiles = topics.map((topic, position) =>
    typeof topic === 'string' ? profileFor(topic, position) : topic,
  );
  const plan = planStream({ messages: events, seed, rounds, profiles, rates: completeRates(rates) });
  const source = new StreamSource({ plan, seed, profiles, startMs });
  return {
    profiles,
    rounds: { [Symbol.iterator]: () => source.rounds() },
    groundTruth: { [Symbol.iterator]: () => source.groundTruth() },
  };
}

class StreamSource {
  readonly #plan: Plan;
  readonly #seed: number;
  readonly #profiles: readonly TopicProfile[];
  readonly #startMs: number;

  constructor(options: { plan: Plan; seed: number; profiles: readonly TopicProfile[]; startMs: number }) {
    this.#plan = options.plan;
    this.#seed = options.seed;
    this.#profiles = options.profiles;
    this.#startMs = options.startMs;
  }

  *rounds(): Generator<GeneratedRound> {
    for (let round = 0; round < this.#plan.roundStarts.length - 1; round += 1) {
      const followers = this.#followersOf(round);
      yield {
        round,
        nowMs: roundEndMs(this.#startMs, round),
        messages: { [Symbol.iterator]: () => this.#messages(round, followers) },
      };
    }
  }

  *groundTruth(): Generator<GroundTruthRecord> {
    for (let round = 0; round < this.#plan.roundStarts.length - 1; round += 1) {
      const [from, to] = this.#range(round);
      for (let index = from; index < to; index += 1) {
        const scenario = this.#plan.scenarioOf(index);
        if (scenario === null) continue;
        const event = this.#event(index, round);
        const { messages, expect } = scenario.build(event);
        yield {
          faultClass: scenario.faultClass,
          topic: scenario.faultClass === 'unknown-topic' ? 'unknown' : event.topic,
          id: event.messageId(1),
          sqsMessageIds: messages.map((message) => message.sqsMessageId),
          expect,
        };
      }
    }
  }

  #range(round: number): [number, number] {
    return [this.#plan.roundStarts[round] ?? 0, this.#plan.roundStarts[round + 1] ?? 0];
  }

  #event(index: number, round: number): EventSource {
    const [from, to] = this.#range(round);
    return new EventSource({
      seed: this.#seed,
      index,
      profile: this.#profiles[this.#plan.topicOf(index)]!,
      sentMs: sentMs(this.#startMs, round, index - from, to - from),
    });
  }

  #incident(index: number): Incident {
    let round = 0;
    while (index >= (this.#plan.roundStarts[round + 1] ?? Number.POSITIVE_INFINITY)) round += 1;
    return (this.#plan.scenarioOf(index) ?? ORDINARY).build(this.#event(index, round));
  }

  /** The messages of earlier events that arrive in this round, by the event they arrive after. */
  #followersOf(round: number): ReadonlyMap<number, readonly Waiting[]> {
    const followers = new Map<number, Waiting[]>();
    for (let earlier = 0; earlier <= round; earlier += 1) {
      const [from, to] = this.#range(earlier);
      for (let index = from; index < to; index += 1) {
        const scenario = this.#plan.scenarioOf(index);
        if (scenario === null || scenario.messages === 1) continue;
        const { messages } = this.#incident(index);
        for (const [step, draft] of messages.entries()) {
          const after = step === 0 ? null : this.#arrival(index, step, draft, earlier);
          if (after === null || after.round !== round) continue;
          const waiting = followers.get(after.index);
          if (waiting === undefined) followers.set(after.index, [{ index, step }]);
          else waiting.push({ index, step });
        }
      }
    }
    return followers;
  }

  /** After which event, in which round, a follow-up message arrives. */
  #arrival(index: number, step: number, draft: Draft, round: number): { round: number; index: number } {
    const random = new SeededRandom(this.#seed, index, FOLLOW_STREAM, step);
    const rounds = this.#plan.roundStarts.length - 1;
    if (draft.delay === 'later' && round < rounds - 1) {
      const target = round + 1 + random.below(rounds - 1 - round);
      const [from, to] = this.#range(target);
      if (to > from) return { round: target, index: from + random.below(to - from) };
    }
    const [, end] = this.#range(round);
    return { round, index: Math.min(index + 1 + random.below(SOON), end - 1) };
  }

  *#messages(round: number, followers: ReadonlyMap<number, readonly Waiting[]>): Generator<GeneratedMessage> {
    const [from, to] = this.#range(round);
    for (let index = from; index < to; index += 1) {
      const event = this.#event(index, round);
      const [first] = (this.#plan.scenarioOf(index) ?? ORDINARY).build(event).messages;
      if (first !== undefined) yield this.#message(index, first, event.sentMs, round);
      for (const waiting of followers.get(index) ?? []) {
        const draft = this.#incident(waiting.index).messages[waiting.step];
        if (draft !== undefined) yield this.#message(waiting.index, draft, event.sentMs, round);
      }
    }
  }

  #message(index: number, draft: Draft, sentTimestampMs: number, round: number): GeneratedMessage {
    return {
      queueTopic: this.#profiles[this.#plan.topicOf(index)]!.queueTopic,
      body: draft.body,
      sqsMessageId: draft.sqsMessageId,
      sentTimestampMs,
      ...(draft.queueArn === undefined ? {} : { queueArn: draft.queueArn }),
      round,
    };
  }
}

function requireWhole(name: string, value: number, from: number, to: number): void {
  if (!Number.isSafeInteger(value) || value < from || value > to) {
    throw new RangeError(`${name} is ${value}: give a whole number from ${from} to ${to}`);
  }
}
