import { describe, expect, it } from 'vitest';
import { walkStates } from '../../local/state-machine/document.js';
import { claimOf, document, failure, runDocument, type Task, type TaskInput } from './run-document.js';

const NAME = 'maintenance-orchestrator';

interface Night {
  readonly outcomes: { topic_name: string; outcome: string }[];
  readonly ops: { status: string };
}

/** Runs a night with every task good unless a test says otherwise; each topic has two tables to maintain. */
async function run(topics: readonly string[], tasks: Partial<Record<string, Task>> = {}) {
  const good: Record<string, Task> = {
    'get-all-checkpoints': () => ({ topics: topics.map((topic_name) => ({ topic_name })) }),
    'plan-maintenance': () => ({ tables: [{ table: 'curated' }, { table: 'raw', files_to_rewrite: 9 }] }),
    'acquire-lease': ({ topic_name }) => claimOf(topic_name),
    'maintain-table': () => ({ status: 'done', rewritten_files: 3 }),
    'release-lease': () => ({ released: true }),
    'report-failure': () => ({ released: true }),
    'flush-ops': () => ({ status: 'flushed', appended: {} }),
  };
  const { result, ...rest } = await runDocument<Night>(NAME, { ...good, ...tasks } as typeof good);
  return { ...result, ...rest };
}

const count = (calls: readonly string[], call: string): number =>
  calls.filter((made) => made === call).length;

it('works on ten topics at once, and on one table of each', () => {
  const maps = [...walkStates(document(NAME))].filter(({ state }) => state.Type === 'Map');
  expect(maps.map(({ name, state }) => [name, state['MaxConcurrency']])).toEqual([
    ['ForEachMaintainedTopic', 10],
    ['ForEachTable', 1],
  ]);
});

describe('a night', () => {
  it('maintains the tables of each topic one after the other, each turn under a lease of its own', async () => {
    const { outcomes, calls, ops } = await run(['orders']);
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'maintained' }]);
    const table = ['ClaimTable:orders', 'MaintainTable:orders', 'GiveUpTable:orders'];
    expect(calls).toEqual([
      'ListTopics:',
      'PlanMaintenance:orders',
      ...table,
      ...table,
      'MaintainOps:',
      'FlushMaintenanceOps:',
    ]);
    expect(ops.status).toBe('flushed');
  });

  it('keeps topic, table, run and lease through every state', async () => {
    const { inputsOf } = await run(['orders']);
    expect(inputsOf('ClaimTable', 'orders')[0]).toEqual({
      topic_name: 'orders',
      execution_id: 'execution-1',
      purpose: 'maintenance',
    });
    const { lease } = claimOf('orders') as { lease: object };
    const call = { topic_name: 'orders', run_id: 'round-1.orders', lease };
    expect(inputsOf('MaintainTable', 'orders')).toEqual([
      { ...call, table: 'curated' },
      { ...call, table: 'raw' },
    ]);
    expect(inputsOf('MaintainOps')).toEqual([{ table: 'ops', execution_id: 'execution-1' }]);
  });

  it('leaves a topic alone that needs nothing', async () => {
    const { outcomes, calls } = await run(['orders'], { 'plan-maintenance': () => ({ tables: [] }) });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'maintained' }]);
    expect(count(calls, 'ClaimTable:orders')).toBe(0);
  });

  it('maintains the ops tables also when there is no topic', async () => {
    const { outcomes, calls } = await run([]);
    expect(outcomes).toEqual([]);
    expect(calls).toEqual(['ListTopics:', 'MaintainOps:', 'FlushMaintenanceOps:']);
  });

  it('fits 700 topics with names of 100 characters', async () => {
    const names = Array.from({ length: 700 }, (_, index) => `t${index}_`.padEnd(100, 'x'));
    const { outcomes } = await run(names, {
      'get-all-checkpoints': () => ({
        topics: names.map((topic_name) => ({
          topic_name,
          state: 'enabled',
          standardized: '9223372036854775807',
          curated: '9223372036854775807',
        })),
      }),
      'plan-maintenance': () => ({ tables: [{ table: 'raw' }] }),
    });
    expect(outcomes).toHaveLength(700);
    expect(Buffer.byteLength(JSON.stringify({ outcomes }))).toBeLessThan(256 * 1024);
  });
});

describe('a table that takes longer than one turn', () => {
  it('is gone on with, the lease given up and taken anew in between', async () => {
    let turns = 0;
    const { outcomes, calls } = await run(['orders'], {
      'plan-maintenance': () => ({ tables: [{ table: 'raw' }] }),
      'maintain-table': ({ table }) => ({ status: table === 'raw' && turns++ < 3 ? 'continue' : 'done' }),
    });
    expect(outcomes[0]?.outcome).toBe('maintained');
    for (const state of ['ClaimTable', 'MaintainTable', 'GiveUpTable']) {
      expect(count(calls, `${state}:orders`), state).toBe(4);
    }
  });

  it('has eight turns a night, and the next table follows', async () => {
    const { outcomes, inputsOf } = await run(['orders'], {
      'maintain-table': ({ table }) => ({ status: table === 'curated' ? 'continue' : 'done' }),
    });
    expect(outcomes[0]?.outcome).toBe('maintained');
    const tables = inputsOf('MaintainTable', 'orders').map((input) => (input as TaskInput)['table']);
    expect(tables).toEqual([...Array(8).fill('curated'), 'raw']);
  });

  it('of ops has eight turns as well', async () => {
    const { calls } = await run([], { 'maintain-table': () => ({ status: 'continue' }) });
    expect(count(calls, 'MaintainOps:')).toBe(8);
    expect(calls.at(-1)).toBe('FlushMaintenanceOps:');
  });
});

describe('a topic that a run of the pipeline has', () => {
  const one = { 'plan-maintenance': () => ({ tables: [{ table: 'raw' }] }) };

  it('is waited for', async () => {
    let held = 3;
    const { outcomes, calls } = await run(['orders'], {
      ...one,
      'acquire-lease': ({ topic_name }) => (held-- > 0 ? { status: 'held' } : claimOf(topic_name)),
    });
    expect(outcomes[0]?.outcome).toBe('maintained');
    expect(count(calls, 'ClaimTable:orders')).toBe(4);
    expect(count(calls, 'MaintainTable:orders')).toBe(1);
  });

  it('is left for the next night after twenty minutes', async () => {
    const { outcomes, calls } = await run(['orders'], {
      ...one,
      'acquire-lease': () => ({ status: 'held' }),
    });
    expect(outcomes[0]?.outcome).toBe('maintained');
    expect(count(calls, 'ClaimTable:orders')).toBe(21);
    expect(count(calls, 'MaintainTable:orders')).toBe(0);
  });

  it.each(['paused', 'rebuilding', 'unregistered'])('is left alone at once when it is %s', async (status) => {
    const { calls } = await run(['orders'], { ...one, 'acquire-lease': () => ({ status }) });
    expect(count(calls, 'ClaimTable:orders')).toBe(1);
    expect(count(calls, 'MaintainTable:orders')).toBe(0);
  });
});

describe('what fails', () => {
  it.each(['LEASE_LOST', 'States.Timeout', 'CORRUPT_FILE'])(
    'in one table by %s is reported, and stops neither the next table nor another topic',
    async (name) => {
      const { outcomes, calls, inputsOf } = await run(['orders', 'payments'], {
        'maintain-table': ({ topic_name, table }) => {
          if (topic_name === 'orders' && table === 'curated') throw failure(name, 'it is broken');
          return { status: 'done' };
        },
      });
      expect(outcomes).toEqual([
        { topic_name: 'orders', outcome: 'failed' },
        { topic_name: 'payments', outcome: 'maintained' },
      ]);
      expect(inputsOf('ReportTableFailure', 'orders')).toEqual([
        {
          topic_name: 'orders',
          run_id: 'round-1.orders',
          claim: claimOf('orders'),
          failure: { Error: name, Cause: 'it is broken' },
          table: 'curated',
          activity: 'maintenance',
        },
      ]);
      expect(count(calls, 'MaintainTable:orders')).toBe(2);
      expect(count(calls, 'GiveUpTable:orders')).toBe(1);
    },
  );

  it('while a topic is planned is reported, and stops no other', async () => {
    const { outcomes, calls } = await run(['orders', 'payments'], {
      'plan-maintenance': ({ topic_name }) => {
        if (topic_name === 'orders') throw failure('CORRUPT_FILE');
        return { tables: [{ table: 'raw' }] };
      },
    });
    expect(outcomes).toEqual([
      { topic_name: 'orders', outcome: 'failed' },
      { topic_name: 'payments', outcome: 'maintained' },
    ]);
    expect(calls).toContain('ReportPlanFailure:orders');
    expect(count(calls, 'MaintainTable:payments')).toBe(1);
  });

  it('and cannot even be reported is still an outcome', async () => {
    const { outcomes } = await run(['orders'], {
      'maintain-table': ({ table }) => {
        if (table !== 'ops') throw failure('Error');
        return { status: 'done' };
      },
      'report-failure': () => {
        throw failure('Error', 'state store gone');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'failed' }]);
  });

  it('when a lease is given up is no failure of the table: the lease ends by itself', async () => {
    const { outcomes } = await run(['orders'], {
      'release-lease': () => {
        throw failure('Error');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'maintained' }]);
  });

  it('in the ops tables, or in their flush, is reported and leaves the outcomes as they are', async () => {
    const { outcomes, ops, inputsOf } = await run(['orders'], {
      'maintain-table': ({ table }) => {
        if (table === 'ops') throw failure('WATERMARK_MOVED');
        return { status: 'done' };
      },
      'flush-ops': () => {
        throw failure('Error');
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'maintained' }]);
    expect(inputsOf('ReportOpsFailure', 'ops')).toMatchObject([
      {
        activity: 'maintenance',
        table: 'ops',
        failure: { Error: 'WATERMARK_MOVED' },
        claim: { status: 'none' },
      },
    ]);
    expect(ops).toMatchObject({ status: 'failed' });
  });

  it('to be retried is tried again', async () => {
    let left = 2;
    const { outcomes } = await run(['orders'], {
      'maintain-table': () => {
        if (left-- > 0) throw failure('LeanOps.Retryable');
        return { status: 'done' };
      },
    });
    expect(outcomes).toEqual([{ topic_name: 'orders', outcome: 'maintained' }]);
  });
});
