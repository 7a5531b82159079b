import type { FaultClass } from './fault-class.js';
import type { TopicProfile } from './profile/topic-profile.js';
import { SeededRandom } from './random/seeded-random.js';
import { SCENARIOS } from './scenario/catalogue.js';
import type { Scenario } from './scenario/scenario.js';

/** Between two scenarios that are placed on purpose in one topic lie this many events. */
const PLACING_STRIDE = 4;
const PLAN_STREAM = 0x504c414e;

/** What becomes of every base event: three bytes for each, so that a plan of millions fits. */
export interface Plan {
  /** Base events; each gives one message or more. */
  readonly events: number;
  /** The first base event of each round, and `events` at the end. */
  readonly roundStarts: readonly number[];
  /** Position of the event's topic. */
  topicOf(index: number): number;
  /** Null: an ordinary event. */
  scenarioOf(index: number): Scenario | null;
}

export interface PlanOptions {
  readonly messages: number;
  readonly seed: number;
  readonly rounds: number;
  readonly profiles: readonly TopicProfile[];
  readonly rates: Readonly<Record<FaultClass, number>>;
}

/**
 * Scenarios by cumulative rate, for one draw; those that a topic does not know, or not yet, are left out. Rates are
 * shares of the messages, and a scenario may take several of them: per event it is drawn that much more often.
 */
class ScenarioTable {
  readonly #numbers: number[] = [];
  readonly #bounds: number[] = [];

  constructor(fits: (scenario: Scenario) => boolean, rates: Readonly<Record<FaultClass, number>>) {
    const drawn = SCENARIOS.map((scenario, position) => ({
      number: position + 1,
      rate: fits(scenario) ? rates[scenario.faultClass] * scenario.share : 0,
      followers: scenario.messages - 1,
    })).filter(({ rate }) => rate > 0);
    const eventsPerMessage = 1 - drawn.reduce((sum, { rate, followers }) => sum + rate * followers, 0);
    let bound = 0;
    for (const { number, rate } of drawn) {
      bound += rate / eventsPerMessage;
      this.#numbers.push(number);
      this.#bounds.push(bound);
    }
  }

  /** Every scenario that can be drawn. */
  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** A scenario's number, 0 for none. */
  draw(value: number): number {
    const position = this.#bounds.findIndex((bound) => value < bound);
    return this.#numbers[position] ?? 0;
  }
}

/**
 * Decides the topic and the scenario of every event, so that the stream has exactly the messages asked for. Each
 * scenario that can be drawn is placed once per topic early in the stream; the rest is drawn by rate.
 */
export function planStream({ messages, seed, rounds, profiles, rates }: PlanOptions): Plan {
  const topics = new Uint16Array(messages);
  const scenarios = new Uint8Array(messages);
  const tables = profiles.map((profile) => {
    const fits = (scenario: Scenario): boolean => scenario.fits?.(profile) ?? true;
    return {
      first: new ScenarioTable(
        (scenario) => fits(scenario) && (scenario.laterRounds !== true || rounds === 1),
        rates,
      ),
      later: new ScenarioTable(fits, rates),
      placed: new Set<number>(),
      events: 0,
    };
  });
  const random = new SeededRandom(seed, PLAN_STREAM);
  const roundStarts = [0];
  let sent = 0;
  let events = 0;
  while (sent < messages) {
    if (sent >= (messages * roundStarts.length) / rounds) roundStarts.push(events);
    const topic = random.below(profiles.length);
    const own = tables[topic]!;
    const table = roundStarts.length === 1 ? own.first : own.later;
    const drawn = table.draw(random.next());
    const due = own.events % PLACING_STRIDE === PLACING_STRIDE - 1;
    const number = due ? (table.numbers.find((candidate) => !own.placed.has(candidate)) ?? drawn) : drawn;
    const size = SCENARIOS[number - 1]?.messages ?? 1;
    const fitting = sent + size <= messages ? number : 0;
    if (fitting > 0) own.placed.add(fitting);
    topics[events] = topic;
    scenarios[events] = fitting;
    own.events += 1;
    sent += fitting === 0 ? 1 : size;
    events += 1;
  }
  while (roundStarts.length < rounds) roundStarts.push(events);
  return {
    events,
    roundStarts: [...roundStarts, events],
    topicOf: (index) => topics[index] ?? 0,
    scenarioOf: (index) => SCENARIOS[(scenarios[index] ?? 0) - 1] ?? null,
  };
}
