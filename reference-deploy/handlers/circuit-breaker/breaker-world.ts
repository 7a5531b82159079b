import {
  immediateSleep,
  ManualClock,
  MemoryLogger,
  MemoryMetrics,
  MemoryStateStore,
  seededRandom,
} from '@lean-ops/core';
import type { ProbeResult } from '@lean-ops/ingest';
import { type CircuitBreakerDependencies, createHandler } from './handler.js';
import type { MappingControl, SwitchableMapping } from './ports.js';

export const START = Date.UTC(2026, 0, 1);
export const MINUTE = 60_000;

export function arnOf(queueTopic: string): string {
  return `arn:aws:sqs:eu-west-1:1:lean-ops-dev-${queueTopic}-queue`;
}

/** Mappings that are at once what they are told to be, and remember when they were told. */
export class FakeMappings implements MappingControl {
  readonly mappings = new Map<string, SwitchableMapping>();
  readonly calls: { readonly at: number; readonly topic: string; readonly enabled: boolean }[] = [];
  /** Thrown by the next calls, one each. */
  readonly failures: Error[] = [];
  readonly #clock: ManualClock;

  constructor(clock: ManualClock, topics: readonly string[]) {
    this.#clock = clock;
    for (const topic of topics) {
      this.mappings.set(topic, {
        uuid: topic,
        queueArn: arnOf(topic.replaceAll('_', '-')),
        state: 'Enabled',
      });
    }
  }

  async list(): Promise<readonly SwitchableMapping[]> {
    return [...this.mappings.values()];
  }

  async update(uuid: string, { enabled }: { readonly enabled: boolean }): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.calls.push({ at: this.#clock.now(), topic: uuid, enabled });
    this.set(uuid, enabled ? 'Enabled' : 'Disabled');
  }

  set(topic: string, state: string): void {
    this.mappings.set(topic, { ...this.mappings.get(topic)!, state });
  }

  off(): string[] {
    return [...this.mappings].filter(([, { state }]) => state === 'Disabled').map(([topic]) => topic);
  }
}

/** Everything a round needs, in memory, on a clock that stands still unless something waits. */
export class BreakerWorld {
  readonly clock: ManualClock = new ManualClock(START);
  readonly state: MemoryStateStore = new MemoryStateStore({ clock: this.clock });
  readonly logger: MemoryLogger = new MemoryLogger();
  metrics: MemoryMetrics = new MemoryMetrics();
  readonly control: FakeMappings;
  readonly probed: string[] = [];
  /** What the next probe of a queue comes to. */
  answer: (queueArn: string) => ProbeResult | Promise<ProbeResult> = () => ({ kind: 'empty' });

  constructor(topics: readonly string[] = ['events', 'clicks']) {
    this.control = new FakeMappings(this.clock, topics);
  }

  dependencies(changes: Partial<CircuitBreakerDependencies> = {}): CircuitBreakerDependencies {
    return {
      project: 'lean-ops',
      environment: 'dev',
      breakers: this.state.breakers,
      leases: this.state.leases,
      outbox: this.state.outbox,
      control: this.control,
      probe: {
        run: async (queueArn) => {
          this.probed.push(queueArn);
          return await this.answer(queueArn);
        },
      },
      clock: this.clock,
      random: seededRandom(1),
      sleep: immediateSleep(this.clock),
      logger: this.logger,
      metrics: this.metrics,
      ...changes,
    };
  }

  /** One invocation with the time that the function has. */
  async round(
    event: Parameters<ReturnType<typeof createHandler>>[0] = {},
    changes: Partial<CircuitBreakerDependencies> & { readonly remainingMs?: number } = {},
  ) {
    const { remainingMs = 300_000, ...rest } = changes;
    this.metrics = new MemoryMetrics();
    const endsAt = this.clock.now() + remainingMs;
    const handler = createHandler(this.dependencies(rest));
    return await handler(event, { getRemainingTimeInMillis: () => endsAt - this.clock.now() });
  }

  async count(
    topic: string,
    messages: number,
    failures: number,
    sinkFailures = 0,
    accepted: number = messages - failures,
  ): Promise<void> {
    const minute = Math.floor(this.clock.now() / MINUTE) * MINUTE;
    await this.state.breakers.count({ topic, minute, messages, failures, accepted, sinkFailures });
  }

  async stateOf(scope: string): Promise<string> {
    return (await this.state.breakers.get(scope))?.state ?? 'closed';
  }

  /** States of a scope in the order in which `ops.job_runs` will tell them. */
  async told(scope: string): Promise<unknown[]> {
    const entries = await this.state.outbox.peek('job_runs', 10_000);
    return entries.filter(({ row }) => row['topic'] === scope).map(({ row }) => row['status']);
  }
}
