import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { immediateSleep, ManualClock } from '@lean-ops/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EmbeddedPlatform } from '../../local/index.js';
import { DEMO_PROFILES, type GeneratedMessage, generateStream } from '../index.js';
import { SeededRandom } from '../random/seeded-random.js';
import { type TopicContent, topicContent } from './topic-content.js';

const FULL = process.env['LEAN_OPS_TEST'] === 'full';
const EVENTS = FULL ? 6000 : 900;
/** Every seed takes many small runs of the platform. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const SEEDS = FULL ? [1, 2, 3, 4, 5] : [1];

/** How a stream is cut: `runs` says after which batch the orchestrator runs. */
interface Cut {
  readonly name: string;
  readonly order: (messages: readonly GeneratedMessage[]) => readonly GeneratedMessage[];
  readonly batch: () => number;
  readonly runs: () => boolean;
  readonly processorBatch: number;
  readonly bufferRecords: number;
}

function cutsOf(seed: number): Cut[] {
  const random = new SeededRandom(seed, 99);
  return [
    {
      name: 'all at once',
      order: (messages) => messages,
      batch: () => EVENTS,
      runs: () => false,
      processorBatch: 10_000,
      bufferRecords: 50_000,
    },
    {
      name: 'many runs of random size',
      order: (messages) => messages,
      batch: () => random.between(1, EVENTS / 3),
      runs: () => random.below(3) > 0,
      processorBatch: 7,
      bufferRecords: 113,
    },
    {
      name: 'shuffled, in a few runs',
      order: (messages) => shuffled(messages, random),
      batch: () => Math.ceil(EVENTS / 3),
      runs: () => true,
      processorBatch: 500,
      bufferRecords: 1000,
    },
  ];
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const copy = [...items];
  for (let at = copy.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [copy[at], copy[other]] = [copy[other]!, copy[at]!];
  }
  return copy;
}

describe('a stream through the platform', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lean-ops-invariance-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** The clock stands still, so that RAW holds the same rows however the stream is cut. */
  async function contentAfter(seed: number, cut: Cut): Promise<Record<string, TopicContent>> {
    const stream = generateStream({ events: EVENTS, seed, topics: DEMO_PROFILES, rounds: 3 });
    const rounds = [...stream.rounds];
    const clock = new ManualClock(rounds.at(-1)?.nowMs ?? 0);
    const platform = await EmbeddedPlatform.open({
      warehouse: join(folder, `${seed} ${cut.name}`),
      clock,
      sleep: immediateSleep(clock),
      batchSize: cut.processorBatch,
      firehose: { maxRecords: cut.bufferRecords },
    });
    try {
      for (const { queueTopic, contract } of stream.profiles)
        await platform.registerTopic({ queueTopic, contract });
      const messages = cut.order(rounds.flatMap((round) => [...round.messages]));
      for (let from = 0; from < messages.length; ) {
        const to = from + cut.batch();
        await platform.send(messages.slice(from, to));
        await platform.pump();
        if (cut.runs()) await platform.orchestrate();
        from = to;
      }
      const { topics } = await platform.orchestrate();
      expect(topics.map(({ outcome, error }) => error ?? outcome)).toEqual(topics.map(() => 'succeeded'));
      const content: Record<string, TopicContent> = {};
      for (const { contract } of stream.profiles) {
        content[contract.topic] = await topicContent(platform.catalog, contract.topic);
      }
      return content;
    } finally {
      await platform.close();
    }
  }

  it.each(SEEDS)(
    'gives the same rows and open errors however it is cut and ordered (seed %i)',
    async (seed) => {
      const [whole, ...others] = cutsOf(seed);
      const expected = await contentAfter(seed, whole!);
      for (const content of Object.values(expected)) {
        expect(content.standardized.length).toBeGreaterThan(100);
        expect(content.curated.length).toBeGreaterThan(100);
        expect(content.errors.length).toBeGreaterThan(3);
        expect(content.parseErrors.length).toBeGreaterThan(3);
      }
      for (const cut of others) expect(await contentAfter(seed, cut), cut.name).toEqual(expected);
    },
  );
});
