import { describe, expect, it } from 'vitest';
import { walkStates } from '../../local/state-machine/document.js';
import { claimOf, document, failure, runDocument, type Task, type TaskInput } from './run-document.js';

const NAME = 'master-pipeline-orchestrator';
const DONE = { status: 'done', max_rows: null };

interface Round {
  readonly outcomes: { topic_name: string; outcome: string; error?: string }[];
  readonly ops: { status: string };
}

/** Runs the document with every task good unless a test says otherwise. */
async function run(topics: readonly string[], tasks: Partial<Record<string, Task>> = {}) {
  const good: Record<string, Task> = {
    'get-all-checkpoints': () => ({ topics: topics.map((topic_name) => ({ topic_name, state: 'enabled' })) }),
    'acquire-lease': ({ topic_name }) => claimOf(topic_name),
    standardize: () => ({ ...DONE, inserted: 1 }),
    curate: () => ({ ...DONE, inserted: 1 }),
    spark: () => ({ Id: 'jr_1', JobRunState: 'SUCCEEDED', JobName: 'spark-job' }),
    'release-lease': releaseLease,
    'report-failure': () => ({ released: true }),
    'flush-ops': () => ({ status: 'flushed', appended: { job_runs: 2 } }),
  };
  const { result, calls, inputsOf } = await runDocument<Round>(NAME, { ...good, ...tasks } as typeof good);
  return { ...result, calls, inputsOf, inputOf: (state: string, topic: string) => inputsOf(state, topic)[0] };
}

/** As the function does. */
const releaseLease: Task = ({ topic_name, statuses }) => ({
  topic_name,
  released: true,
  outcome: (statuses as string[]).includes('continue') ? 'unfinished' : 'succeeded',
});

/** Answers in turn; the last answer stays. */
function answers(...given: readonly object[]): Task {
  let turn = 0;
  return () => given[Math.min(turn++, given.length - 1)];
}

/** A function that could not answer. */
const KILLED = [
  'States.Timeout',
  'Sandbox.Timedout',
  'Lambda.Unknown',
  'Runtime.OutOfMemory',
  'Runtime.ExitError',
];
const CONTINUE = { status: 'continue', max_rows: null };

it('works on thirty topics at once', () => {
  const maps = [...walkStates(document(NAME))].filter(({ state }) => state.Type === 'Map');
  expect(maps.map(({ name, state }) => [name, state['MaxConcurrency']])).toEqual([['ForEachTopic', 30]]);
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
    const { lease } = claimOf('payments') as { lease: object };
    const job = { topic_name: 'payments', run_id: 'round-1.payments', lease, max_rows: null };
    expect(inputOf('AcquireLease', 'payments')).toEqual({
      topic_name: 'payments',
      execution_id: 'execution-1',
    });
    expect(inputOf('Standardize', 'payments')).toEqual(job);
    expect(inputOf('Curate', 'payments')).toEqual(job);
    expect(inputOf('ReleaseLease', 'payments')).toEqual({
      topic_name: 'payments',
      claim: claimOf('payments'),
      statuses: ['done', 'done'],
    });
  });

  it('ends a topic without a contract at Standardized', async () => {
    const { outcomes, calls } = await run(['orders'], {
      'acquire-lease': ({ topic_name }) => claimOf(topic_name, { has_contract: false }),
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
        return DONE;
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
          return DONE;
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
        return DONE;
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

  it.each(['Standardize', 'Curate'])(
    'because %s is killed each time is tried with fewer rows twice, gives up its lease, and stops no other',
    async (state) => {
      for (const name of KILLED) {
        const { outcomes, calls, inputsOf } = await run(['orders', 'payments'], {
          [state.toLowerCase()]: ({ topic_name }: TaskInput) => {
            if (topic_name === 'orders') throw failure(name);
            return DONE;
          },
        });
        expect(outcomes).toEqual([
          { topic_name: 'orders', outcome: 'failed', error: name },
          { topic_name: 'payments', outcome: 'succeeded' },
        ]);
        expect(inputsOf(state, 'orders').map((input) => (input as TaskInput)['max_rows'])).toEqual([
          null,
          100_000,
          10_000,
        ]);
        expect(calls.filter((call) => call === 'ReportFailure:orders')).toHaveLength(1);
      }
    },
  );

  it('only to give up its lease after all its turns is unfinished as it would be anyway', async () => {
    const { outcomes } = await run(['orders'], {
      standardize: answers(CONTINUE),
      'release-lease': () => {
        throw failure('Error');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'unfinished' }]);
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
          if (name === 'release-lease') return { topic_name, outcome: 'succeeded' };
          return { status: 'flushed', max_rows: null, appended: {} };
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
  it.each(['standardize', 'curate'])(
    'of %s that finds all executions in use leaves the topic to the next round: nothing has failed',
    async (name) => {
      const { outcomes, calls } = await run(['orders', 'payments'], {
        [name]: ({ topic_name }: TaskInput) => {
          if (topic_name === 'orders') throw failure('Lambda.TooManyRequestsException');
          return DONE;
        },
      });
      expect(outcomes).toEqual([
        { topic_name: 'orders', outcome: 'unfinished' },
        { topic_name: 'payments', outcome: 'succeeded' },
      ]);
      expect(calls.filter((call) => call.startsWith('ReportFailure'))).toEqual([]);
      expect(calls).toContain('ReleaseLease:orders');
    },
  );

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

describe('a job that hands over', () => {
  it('is called again under the same lease until it is done', async () => {
    const { outcomes, calls, inputsOf } = await run(['orders'], {
      standardize: answers(CONTINUE, CONTINUE, DONE),
      curate: answers(CONTINUE, DONE),
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    expect(calls).toEqual([
      'GetAllCheckpoints:',
      'AcquireLease:orders',
      'Standardize:orders',
      'Standardize:orders',
      'Standardize:orders',
      'Curate:orders',
      'Curate:orders',
      'ReleaseLease:orders',
      'FlushOps:',
    ]);
    expect(new Set(inputsOf('Standardize', 'orders').map((input) => JSON.stringify(input))).size).toBe(1);
  });

  it('is told how many rows fit its time', async () => {
    const { inputsOf } = await run(['orders'], {
      standardize: answers(
        { status: 'continue', max_rows: 100_000 },
        { ...CONTINUE, max_rows: 100_000 },
        DONE,
      ),
    });
    expect(inputsOf('Standardize', 'orders').map((input) => (input as TaskInput)['max_rows'])).toEqual([
      null,
      100_000,
      100_000,
    ]);
  });

  it.each(KILLED)('and is killed by %s goes on with fewer rows, and stays with them', async (name) => {
    let turn = 0;
    const { outcomes, inputsOf } = await run(['orders'], {
      standardize: ({ max_rows }: TaskInput) => {
        turn++;
        if (turn === 1) return CONTINUE;
        if (turn === 2) throw failure(name);
        return { status: turn === 3 ? 'continue' : 'done', max_rows };
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    expect(inputsOf('Standardize', 'orders').map((input) => (input as TaskInput)['max_rows'])).toEqual([
      null,
      null,
      100_000,
      100_000,
    ]);
  });

  it('and is killed in its last turn is not called again', async () => {
    let turn = 0;
    const { outcomes, calls } = await run(['orders'], {
      curate: () => {
        if (++turn === 12) throw failure('Sandbox.Timedout');
        return CONTINUE;
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'failed', error: 'Sandbox.Timedout' }]);
    expect(calls.filter((call) => call === 'Curate:orders')).toHaveLength(12);
  });

  it('has twelve turns in a round; what it has done by then is curated, and the topic is unfinished', async () => {
    const { outcomes, calls } = await run(['orders', 'payments'], {
      standardize: ({ topic_name }) => (topic_name === 'orders' ? CONTINUE : DONE),
    });
    expect(outcomes).toEqual([
      { topic_name: 'orders', outcome: 'unfinished' },
      { topic_name: 'payments', outcome: 'succeeded' },
    ]);
    expect(calls.filter((call) => call === 'Standardize:orders')).toHaveLength(12);
    expect(calls.filter((call) => call === 'Curate:orders')).toHaveLength(1);
    expect(calls.filter((call) => call === 'ReleaseLease:orders')).toHaveLength(1);
  });

  it('of Curated has twelve turns too', async () => {
    const { outcomes, calls } = await run(['orders'], { curate: answers(CONTINUE) });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'unfinished' }]);
    expect(calls.filter((call) => call === 'Curate:orders')).toHaveLength(12);
    expect(calls).toContain('ReleaseLease:orders');
  });

  it('ends when the topic was paused meanwhile', async () => {
    const { outcomes, calls } = await run(['orders'], {
      standardize: answers({ status: 'paused', max_rows: null }),
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    expect(calls.filter((call) => call === 'Standardize:orders')).toHaveLength(1);
  });

  it('and loses its lease between two turns fails, and writes nothing more', async () => {
    let turn = 0;
    const { outcomes, calls } = await run(['orders'], {
      standardize: () => {
        if (turn++ === 0) return CONTINUE;
        throw failure('LEASE_LOST');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'failed', error: 'LEASE_LOST' }]);
    expect(calls).not.toContain('Curate:orders');
  });
});

describe('a topic on Spark', () => {
  const onSpark = {
    'acquire-lease': ({ topic_name }: TaskInput) => claimOf(topic_name, { engine: 'spark' }),
  };

  it('runs both layers as Glue jobs with its name, run and fencing token', async () => {
    const { outcomes, calls, inputOf } = await run(['orders'], onSpark);
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'succeeded' }]);
    expect(calls).toEqual([
      'GetAllCheckpoints:',
      'AcquireLease:orders',
      'StandardizeOnSpark:orders',
      'CurateOnSpark:orders',
      'ReleaseLease:orders',
      'FlushOps:',
    ]);
    expect(inputOf('StandardizeOnSpark', 'orders')).toEqual({
      JobName: 'spark-job',
      Timeout: 120,
      Arguments: {
        '--layer': 'standardized',
        '--topic_name': 'orders',
        '--run_id': 'round-1.orders',
        '--fencing_token': '7',
      },
    });
    expect(inputOf('CurateOnSpark', 'orders')).toMatchObject({ Arguments: { '--layer': 'curated' } });
  });

  it('without a contract ends at Standardized', async () => {
    const { calls } = await run(['orders'], {
      'acquire-lease': ({ topic_name }) => claimOf(topic_name, { engine: 'spark', has_contract: false }),
    });
    expect(calls).toContain('StandardizeOnSpark:orders');
    expect(calls).not.toContain('CurateOnSpark:orders');
  });

  it.each(['StandardizeOnSpark', 'CurateOnSpark'])(
    'whose job fails or times out in %s is reported, and stops no other',
    async (state) => {
      for (const name of ['States.TaskFailed', 'States.Timeout', 'Glue.EntityNotFoundException']) {
        const { outcomes, calls, inputOf } = await run(['orders', 'payments'], {
          'acquire-lease': ({ topic_name }) =>
            claimOf(topic_name, { engine: topic_name === 'orders' ? 'spark' : 'node' }),
          spark: (input) => {
            const { '--layer': layer } = input['Arguments'] as Record<string, string>;
            if ((layer === 'standardized') === (state === 'StandardizeOnSpark')) {
              throw failure(name, '{"JobRunState":"FAILED","ErrorMessage":"out of memory"}');
            }
            return { Id: 'jr_1' };
          },
        });
        expect(outcomes).toEqual([
          { topic_name: 'orders', outcome: 'failed', error: name },
          { topic_name: 'payments', outcome: 'succeeded' },
        ]);
        expect(inputOf('ReportFailure', 'orders')).toMatchObject({
          claim: { status: 'acquired' },
          failure: { Error: name },
        });
        expect(calls.filter((call) => call === `${state}:orders`)).toHaveLength(1);
      }
    },
  );

  it('waits where all job runs are in use', async () => {
    let refused = 3;
    const { outcomes, calls } = await run(['orders'], {
      ...onSpark,
      spark: () => {
        if (refused-- > 0) throw failure('Glue.ConcurrentRunsExceededException');
        return { Id: 'jr_1' };
      },
    });
    expect(outcomes[0]?.outcome).toBe('succeeded');
    expect(calls.filter((call) => call === 'StandardizeOnSpark:orders')).toHaveLength(4);
  });
});

describe('the payload limit', () => {
  const names = Array.from({ length: 700 }, (_, index) => `topic_${index}_`.padEnd(100, 'x'));

  it('leaves room for 700 topics with names of 100 characters, every one of them failed', async () => {
    const { outcomes } = await run(names, {
      'get-all-checkpoints': () => ({
        topics: names.map((topic_name) => ({
          topic_name,
          state: 'enabled',
          standardized: '9223372036854775807',
          curated: '9223372036854775807',
        })),
      }),
      curate: () => {
        throw failure('TABLE_SCHEMA_MISMATCH');
      },
    });
    expect(outcomes).toHaveLength(700);
    const bytes = Buffer.byteLength(JSON.stringify({ outcomes }));
    expect(bytes).toBeLessThan(256 * 1024);
  });
});

describe('two rounds that overlap', () => {
  it('share the topics: each is run by the one that holds its lease', async () => {
    const held = new Set<string>();
    const tasks: Record<string, Task> = {
      'acquire-lease': ({ topic_name }) => {
        if (held.has(topic_name)) return { status: 'held' };
        held.add(topic_name);
        return claimOf(topic_name);
      },
      'release-lease': (input) => {
        held.delete(input.topic_name);
        return releaseLease(input);
      },
      standardize: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return DONE;
      },
    };
    const topics = ['orders', 'payments', 'visits'];
    const rounds = await Promise.all([run(topics, tasks), run(topics, tasks)]);
    for (const topic of topics) {
      const outcomes = rounds.flatMap((round) =>
        round.outcomes.filter(({ topic_name }) => topic_name === topic).map(({ outcome }) => outcome),
      );
      expect(outcomes, topic).toContain('succeeded');
      expect(outcomes.every((outcome) => outcome === 'succeeded' || outcome === 'held')).toBe(true);
    }
    expect(held.size).toBe(0);
  });
});
