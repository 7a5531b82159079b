import { readFileSync } from 'node:fs';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { placeholders, readDocument, walkStates } from '../local/state-machine/document.js';
import { Interpreter, type TaskInvocation } from '../local/state-machine/interpreter.js';
import { lintDocument } from '../local/state-machine/lint.js';

const TEXT = readFileSync(
  new URL('../state-machines/master-pipeline-orchestrator.asl.json', import.meta.url),
  'utf8',
);
const ARNS = Object.fromEntries(
  placeholders(TEXT).map((name) => [
    name,
    `arn:aws:lambda:eu-west-1:123456789012:function:${name.replace(/_arn$/, '').replaceAll('_', '-')}`,
  ]),
);
const DOCUMENT = readDocument(TEXT, ARNS);

interface TaskInput {
  topic_name: string;
  [field: string]: unknown;
}
type Task = (input: TaskInput) => unknown;

const claimOf = (topic: string, hasContract = true) => ({
  status: 'acquired',
  has_contract: hasContract,
  lease: { resource: `topic:${topic}`, owner: 'execution-1', token: '7', expires_at: 1 },
});

function failure(name: string, message = 'no luck'): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** Runs the document with every task good unless a test says otherwise; `calls` lists `state:topic`. */
async function run(topics: readonly string[], tasks: Partial<Record<string, Task>> = {}) {
  const good: Record<string, Task> = {
    'get-all-checkpoints': () => ({ topics: topics.map((topic_name) => ({ topic_name, state: 'enabled' })) }),
    'acquire-lease': ({ topic_name }) => claimOf(topic_name),
    standardize: () => ({ inserted: 1 }),
    curate: () => ({ inserted: 1 }),
    'release-lease': () => ({ released: true }),
    'report-failure': () => ({ released: true }),
    'flush-ops': () => ({ status: 'flushed', appended: { job_runs: 2 } }),
  };
  const handlers = Object.fromEntries(
    Object.entries({ ...good, ...tasks }).map(([name, task]) => [
      `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
      async (input: TaskInput) => task!(input),
    ]),
  );
  const invocations: TaskInvocation[] = [];
  const result = (await new Interpreter({ document: DOCUMENT, handlers, retryIntervalMs: 0 }).run({
    id: 'execution-1',
    name: 'round-1',
    input: {},
    onTask: (invocation) => invocations.push(invocation),
  })) as { outcomes: { topic_name: string; outcome: string; error?: string }[]; ops: { status: string } };
  const calls = invocations.map(({ state, input }) => `${state}:${(input as TaskInput).topic_name ?? ''}`);
  const inputOf = (state: string, topic: string) =>
    invocations.find((call) => call.state === state && (call.input as TaskInput).topic_name === topic)?.input;
  return { ...result, calls, inputOf };
}

describe('the document of the Master Pipeline Orchestrator', () => {
  it('is valid Amazon States Language', () => {
    const result = validate(structuredClone(DOCUMENT) as never, { checkArn: true, checkPaths: true });
    expect(result.errorsText()).toBe('');
    expect(result.isValid).toBe(true);
  });

  it('passes the lint', () => {
    expect(lintDocument(DOCUMENT)).toEqual([]);
  });

  it('works on thirty topics at once', () => {
    const maps = [...walkStates(DOCUMENT)].filter(({ state }) => state.Type === 'Map');
    expect(maps.map(({ name, state }) => [name, state['MaxConcurrency']])).toEqual([['ForEachTopic', 30]]);
  });

  it('retries every task on retryable errors and on those of the Lambda service', () => {
    for (const { name, state } of walkStates(DOCUMENT)) {
      if (state.Type !== 'Task') continue;
      const [retrier] = state.Retry as { ErrorEquals: string[]; JitterStrategy: string }[];
      expect(retrier?.ErrorEquals, name).toContain('LeanOps.Retryable');
      expect(retrier?.ErrorEquals, name).toContain('Lambda.TooManyRequestsException');
      expect(retrier?.JitterStrategy, name).toBe('FULL');
    }
  });
});

describe('a round', () => {
  it('takes each topic through lease, Standardized, Curated and release, and then flushes ops once', async () => {
    const { outcomes, calls, ops } = await run(['orders']);
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    expect(calls).toEqual([
      'GetAllCheckpoints:',
      'AcquireLease:orders',
      'Standardize:orders',
      'Curate:orders',
      'ReleaseLease:orders',
      'FlushOps:',
    ]);
    expect(ops).toEqual({ status: 'flushed', appended: { job_runs: 2 } });
  });

  it('keeps topic name, run and lease through every state of a topic', async () => {
    const { inputOf } = await run(['orders', 'payments']);
    const { lease } = claimOf('payments');
    const job = { topic_name: 'payments', run_id: 'round-1.payments', lease };
    expect(inputOf('AcquireLease', 'payments')).toEqual({
      topic_name: 'payments',
      execution_id: 'execution-1',
    });
    expect(inputOf('Standardize', 'payments')).toEqual(job);
    expect(inputOf('Curate', 'payments')).toEqual(job);
    expect(inputOf('ReleaseLease', 'payments')).toEqual({
      topic_name: 'payments',
      claim: claimOf('payments'),
    });
  });

  it('ends a topic without a contract at Standardized', async () => {
    const { outcomes, calls } = await run(['orders'], {
      'acquire-lease': ({ topic_name }) => claimOf(topic_name, false),
    });
    expect(outcomes[0]?.outcome).toBe('succeeded');
    expect(calls).not.toContain('Curate:orders');
    expect(calls).toContain('ReleaseLease:orders');
  });

  it.each(['paused', 'rebuilding', 'unregistered', 'held'])('skips a topic that is %s', async (status) => {
    const { outcomes, calls } = await run(['orders', 'payments'], {
      'acquire-lease': ({ topic_name }) => (topic_name === 'orders' ? { status } : claimOf(topic_name)),
    });
    expect(outcomes).toEqual([
      { topic_name: 'orders', outcome: status },
      { topic_name: 'payments', outcome: 'succeeded' },
    ]);
    expect(calls.filter((call) => call.endsWith(':orders'))).toEqual(['AcquireLease:orders']);
  });

  it('flushes ops also when there is no topic', async () => {
    const { outcomes, calls } = await run([]);
    expect(outcomes).toEqual([]);
    expect(calls).toEqual(['GetAllCheckpoints:', 'FlushOps:']);
  });

  it('works on no more than thirty topics at once', async () => {
    let running = 0;
    let most = 0;
    const topics = Array.from({ length: 100 }, (_, index) => `topic_${index}`);
    const { outcomes } = await run(topics, {
      standardize: async () => {
        running++;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return {};
      },
    });
    expect(most).toBe(30);
    expect(outcomes.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
    expect(outcomes).toHaveLength(100);
  });
});

describe('a topic that fails', () => {
  it.each(['Standardize', 'Curate'])(
    'in %s gives up its lease, is reported, and stops no other',
    async (state) => {
      const name = state.toLowerCase();
      const { outcomes, calls, inputOf } = await run(['orders', 'payments', 'visits'], {
        [name]: ({ topic_name }: TaskInput) => {
          if (topic_name === 'payments') throw failure('CORRUPT_FILE', 'cannot read it');
          return {};
        },
      });
      expect(outcomes).toEqual([
        { topic_name: 'orders', outcome: 'succeeded' },
        { topic_name: 'payments', outcome: 'failed', error: 'CORRUPT_FILE' },
        { topic_name: 'visits', outcome: 'succeeded' },
      ]);
      expect(inputOf('ReportFailure', 'payments')).toEqual({
        topic_name: 'payments',
        run_id: 'round-1.payments',
        claim: claimOf('payments'),
        failure: { Error: 'CORRUPT_FILE', Cause: 'cannot read it' },
      });
      expect(calls.filter((call) => call === `${state}:payments`)).toHaveLength(1);
      expect(calls).not.toContain('ReleaseLease:payments');
      expect(calls.at(-1)).toBe('FlushOps:');
    },
  );

  it('while it is claimed has no lease to give up', async () => {
    const { outcomes, inputOf } = await run(['orders'], {
      'acquire-lease': () => {
        throw failure('CORRUPT_FILE');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'failed', error: 'CORRUPT_FILE' }]);
    expect(inputOf('ReportFailure', 'orders')).toMatchObject({ claim: { status: 'none' } });
  });

  it('whose lease was lost is not retried', async () => {
    const { outcomes, calls } = await run(['orders'], {
      standardize: () => {
        throw failure('LEASE_LOST');
      },
    });
    expect(outcomes[0]).toEqual({ topic_name: 'orders', outcome: 'failed', error: 'LEASE_LOST' });
    expect(calls.filter((call) => call === 'Standardize:orders')).toHaveLength(1);
  });

  it('and cannot even be reported is still an outcome', async () => {
    const { outcomes } = await run(['orders', 'payments'], {
      curate: ({ topic_name }) => {
        if (topic_name === 'orders') throw failure('Error');
        return {};
      },
      'report-failure': () => {
        throw failure('Error', 'state store gone');
      },
    });
    expect(outcomes).toEqual([
      { topic_name: 'orders', outcome: 'failed', error: 'Error' },
      { topic_name: 'payments', outcome: 'succeeded' },
    ]);
  });

  it('only to give up its lease has succeeded: the lease ends by itself', async () => {
    const { outcomes, calls } = await run(['orders'], {
      'release-lease': () => {
        throw failure('Error');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    expect(calls).not.toContain('ReportFailure:orders');
  });
});

describe('a retryable error', () => {
  it.each(['acquire-lease', 'standardize', 'curate', 'release-lease', 'flush-ops', 'get-all-checkpoints'])(
    'of %s is tried again until it works',
    async (name) => {
      let left = 2;
      const { outcomes } = await run(['orders'], {
        [name]: ({ topic_name }: TaskInput) => {
          if (left-- > 0) throw failure('LeanOps.Retryable');
          if (name === 'acquire-lease') return claimOf(topic_name);
          if (name === 'get-all-checkpoints') return { topics: [{ topic_name: 'orders' }] };
          return { status: 'flushed', appended: {} };
        },
      });
      expect(left).toBe(-1);
      expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    },
  );

  it('that stays ends the topic after four retries', async () => {
    const { outcomes, calls } = await run(['orders'], {
      standardize: () => {
        throw failure('LeanOps.Retryable', 'COMMIT_CONFLICT');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'failed', error: 'LeanOps.Retryable' }]);
    expect(calls.filter((call) => call === 'Standardize:orders')).toHaveLength(5);
  });
});

describe('the end of a round', () => {
  it('keeps the outcomes when ops cannot be flushed', async () => {
    const { outcomes, ops } = await run(['orders'], {
      'flush-ops': () => {
        throw failure('Error', 'disk full');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    expect(ops).toEqual({ status: 'failed', appended: {} });
  });

  it('fails as a whole only when the registry cannot be read', async () => {
    const broken = run(['orders'], {
      'get-all-checkpoints': () => {
        throw failure('Error', 'registry gone');
      },
    });
    await expect(broken).rejects.toThrow(/registry gone/);
  });
});
