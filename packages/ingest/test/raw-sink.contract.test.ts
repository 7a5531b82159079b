import { describe, test } from 'vitest';
import { MemoryRawSink } from '../src/index.js';
import { type RawSinkHarness, rawSinkContract } from '../src/testing/index.js';

const memory: RawSinkHarness = {
  async create() {
    const sink = new MemoryRawSink();
    const rows = async (topic: string) => sink.envelopes.filter((envelope) => envelope.topic_name === topic);
    return { sink, rows, dispose: async () => {} };
  },
};

describe('memory', () => {
  for (const { name: behaviour, run } of rawSinkContract(memory)) test(behaviour, run);
});
