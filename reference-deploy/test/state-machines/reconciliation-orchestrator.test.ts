import { expect, it } from 'vitest';
import { failure, runDocument, type Task } from './run-document.js';

interface Result {
  readonly outcomes: { topic_name: string; outcome: string }[];
  readonly ops: { status: string };
}

function done(result: Record<string, unknown>): Record<string, unknown> {
  return { status: 'done', cursor: null, ...result };
}

async function run(topics: readonly string[], tasks: Partial<Record<string, Task>> = {}) {
  const good: Record<string, Task> = {
    'get-all-checkpoints': () => ({ topics: topics.map((topic_name) => ({ topic_name })) }),
    reconcile: ({ topic_name }) => done({ topic: topic_name, balanced: true, raw: 7, differences: [] }),
    'report-failure': () => ({ released: false }),
    'flush-ops': () => ({ status: 'flushed', appended: { reconciliation: topics.length } }),
  };
  const { result, calls, inputsOf } = await runDocument<Result>('reconciliation-orchestrator', {
    ...good,
    ...tasks,
  } as typeof good);
  return { ...result, calls, inputsOf };
}

it('recomputes the accountability of every topic, and flushes the results once', async () => {
  const { outcomes, calls } = await run(['orders', 'visits']);
  expect(outcomes).toEqual([
    { topic_name: 'orders', outcome: 'balanced' },
    { topic_name: 'visits', outcome: 'balanced' },
  ]);
  expect(calls).toEqual([
    'ListReconciledTopics:',
    'ReconcileTopic:orders',
    'ReconcileTopic:visits',
    'FlushReconciliations:',
  ]);
});

it('says which topics do not add up, and which could not be looked at; neither stops another', async () => {
  const { outcomes, inputsOf } = await run(['a', 'b', 'c'], {
    reconcile: ({ topic_name }) => {
      if (topic_name === 'b') throw failure('FILE_UNREADABLE', 'a file is gone');
      return done({ balanced: topic_name !== 'a' });
    },
  });
  expect(outcomes).toEqual([
    { topic_name: 'a', outcome: 'not-balanced' },
    { topic_name: 'b', outcome: 'failed' },
    { topic_name: 'c', outcome: 'balanced' },
  ]);
  expect(inputsOf('ReportReconcileFailure', 'b')).toMatchObject([
    { activity: 'reconciliation', failure: { Error: 'FILE_UNREADABLE' } },
  ]);
});

it('goes on with a topic that outlasts the function, from where it stood', async () => {
  const { outcomes, inputsOf } = await run(['a'], {
    reconcile: ({ cursor }) =>
      cursor === 'run/2'
        ? done({ balanced: true })
        : { status: 'continue', cursor: cursor === null ? 'run/1' : 'run/2', balanced: null },
  });
  expect(outcomes).toEqual([{ topic_name: 'a', outcome: 'balanced' }]);
  expect(inputsOf('ReconcileTopic', 'a')).toEqual(
    [null, 'run/1', 'run/2'].map((cursor) => ({ topic_name: 'a', cursor, nightly: true })),
  );
});

it('reports a topic that does not come to an end in all its turns', async () => {
  const { outcomes, inputsOf } = await run(['a'], {
    reconcile: () => ({ status: 'continue', cursor: 'run/1', balanced: null }),
  });
  expect(outcomes).toEqual([{ topic_name: 'a', outcome: 'failed' }]);
  expect(inputsOf('ReconcileTopic', 'a')).toHaveLength(32);
  expect(inputsOf('ReportReconcileFailure', 'a')).toMatchObject([
    { failure: { Error: 'RECONCILIATION_TOO_LONG' } },
  ]);
});

it('leaves a very large topic for its own night', async () => {
  const { outcomes } = await run(['a'], {
    reconcile: () => ({ status: 'not-due', cursor: null, balanced: null }),
  });
  expect(outcomes).toEqual([{ topic_name: 'a', outcome: 'not-due' }]);
});

it('keeps the outcomes when neither failures can be reported nor results flushed', async () => {
  const broken: Task = () => {
    throw failure('Error', 'state store gone');
  };
  const { outcomes, ops } = await run(['a'], {
    reconcile: broken,
    'report-failure': broken,
    'flush-ops': broken,
  });
  expect(outcomes).toEqual([{ topic_name: 'a', outcome: 'failed' }]);
  expect(ops).toMatchObject({ status: 'failed' });
});
