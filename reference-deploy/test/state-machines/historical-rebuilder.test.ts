import { describe, expect, it } from 'vitest';
import { failure, runDocument, type Task } from './run-document.js';

const INPUT = { topic_name: 'orders', requested_by: 'somebody', accept_raw_gap: true };
const DONE = { status: 'done', max_rows: null, generation: 2 };
const CONTINUE = { status: 'continue', max_rows: null };

async function run(turn: Task) {
  const steps: string[] = [];
  const failures: unknown[] = [];
  const task: Task = (input) => {
    steps.push(String(input['step']));
    if (input['step'] === 'turn') return turn(input);
    failures.push(input['failure']);
    return { status: 'reported' };
  };
  const end = await runDocument<unknown>('historical-rebuilder', { 'rebuild-topic': task }, INPUT).then(
    ({ result, inputsOf }) => ({ result, inputsOf, error: null }),
    (error: Error) => ({ result: null, inputsOf: () => [], error: String(error.cause ?? error) }),
  );
  return { ...end, steps, failures };
}

describe('the Historical Rebuilder', () => {
  it('has the topic rebuilt as it was asked for', async () => {
    const { result, inputsOf } = await run(() => DONE);
    expect(result).toEqual({ topic_name: 'orders', outcome: 'succeeded', turn: DONE });
    expect(inputsOf('RebuildTurn', 'orders')).toEqual([
      {
        step: 'turn',
        topic_name: 'orders',
        requested_by: 'somebody',
        execution_id: 'execution-1',
        request: INPUT,
        max_rows: null,
      },
    ]);
  });

  it('takes as many turns as all of RAW needs', async () => {
    let turns = 260;
    const { steps, result } = await run(() => (turns-- > 0 ? CONTINUE : DONE));
    expect(steps).toHaveLength(261);
    expect(result).toMatchObject({ outcome: 'succeeded' });
  });

  it('tries fewer rows where a turn was killed, and fails where that does not help', async () => {
    const rows: unknown[] = [];
    const { error, steps } = await run(({ max_rows }) => {
      rows.push(max_rows);
      throw failure('Runtime.OutOfMemory');
    });
    expect(rows).toEqual([null, 100_000, 10_000]);
    expect(error).toMatch(/ops.job_runs names the error/);
    expect(steps.at(-1)).toBe('fail');
  });

  it('waits for a run that is under way, an hour at most', async () => {
    let held = 5;
    expect((await run(() => (held-- > 0 ? { status: 'held', max_rows: null } : DONE))).steps).toHaveLength(6);
    const { error, steps, failures } = await run(() => ({ status: 'held', max_rows: null }));
    expect(error).toMatch(/ops.job_runs names the error/);
    expect(failures).toMatchObject([
      { Error: 'REBUILD_NOT_FINISHED', Cause: expect.stringContaining('held the topic for an hour') },
    ]);
    expect(steps).toHaveLength(62);
  });

  it('says what to do where it fails', async () => {
    const { error, steps } = await run(() => {
      throw failure('RAW_GAP', 'RAW does not have them');
    });
    expect(steps).toEqual(['turn', 'fail']);
    expect(error).toMatch(/start the rebuild again to finish it, or with abandon/);
  });
});
