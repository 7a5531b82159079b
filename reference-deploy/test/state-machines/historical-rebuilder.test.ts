import { describe, expect, it } from 'vitest';
import { claimOf, failure, runDocument, type Task, type Tasks } from './run-document.js';

const NAME = 'historical-rebuilder';
const DONE = { status: 'done', max_rows: null };
const CONTINUE = { status: 'continue', max_rows: null };
const INPUT = { topic_name: 'orders', requested_by: 'somebody' };

/** Runs a rebuild with every task good unless a test says otherwise. */
async function run(tasks: Partial<Record<string, Task>> = {}) {
  const good: Tasks = {
    'rebuild-topic': ({ step }) => (step === 'begin' ? claimOf('orders') : { status: 'restored' }),
    standardize: () => DONE,
    curate: () => DONE,
    reconcile: () => ({ balanced: true, pending: { raw: 0, standardized: 0 }, differences: [] }),
  };
  const steps: string[] = [];
  const recording = Object.fromEntries(
    Object.entries({ ...good, ...tasks }).map(([name, task]): [string, Task] => [
      name,
      (input) => {
        steps.push(name === 'rebuild-topic' ? String(input['step']) : name);
        return task!(input);
      },
    ]),
  );
  const ran = runDocument<unknown>(NAME, recording, INPUT);
  const end = await ran.then(
    ({ result, inputsOf }) => ({ result, inputsOf, error: null }),
    (error: Error) => ({ result: null, inputsOf: () => [], error: String(error.cause ?? error) }),
  );
  return { ...end, steps };
}

describe('a rebuild', () => {
  it('claims the topic, runs both layers, audits them, and gives the topic back', async () => {
    const { result, steps, inputsOf } = await run();
    expect(steps).toEqual(['begin', 'standardize', 'curate', 'reconcile', 'end']);
    expect(result).toEqual({
      topic_name: 'orders',
      outcome: 'succeeded',
      pending: { raw: 0, standardized: 0 },
    });
    expect(inputsOf('BeginRebuild', 'orders')).toEqual([
      { step: 'begin', ...INPUT, execution_id: 'execution-1' },
    ]);
    const { lease } = claimOf('orders') as { lease: object };
    expect(inputsOf('Standardize', 'orders')).toEqual([
      { topic_name: 'orders', run_id: 'round-1.orders', lease, max_rows: null },
    ]);
    expect(inputsOf('EndRebuild', 'orders')).toEqual([
      { step: 'end', topic_name: 'orders', claim: claimOf('orders') },
    ]);
  });

  it('takes as many turns as all of RAW needs', async () => {
    let turns = 60;
    const { steps } = await run({ standardize: () => (turns-- > 0 ? CONTINUE : DONE) });
    expect(steps.filter((step) => step === 'standardize')).toHaveLength(61);
    expect(steps.slice(-3)).toEqual(['curate', 'reconcile', 'end']);
  });

  it('of a topic without a contract ends at Standardized', async () => {
    const { steps } = await run({
      'rebuild-topic': ({ step }) =>
        step === 'begin' ? claimOf('orders', { has_contract: false }) : { status: 'restored' },
    });
    expect(steps).toEqual(['begin', 'standardize', 'reconcile', 'end']);
  });

  it('waits for a run that is under way', async () => {
    let held = 5;
    const { result, steps } = await run({
      'rebuild-topic': ({ step }) => {
        if (step !== 'begin') return { status: 'restored' };
        return held-- > 0 ? { status: 'held' } : claimOf('orders');
      },
    });
    expect(result).toMatchObject({ outcome: 'succeeded' });
    expect(steps.filter((step) => step === 'begin')).toHaveLength(6);
  });

  it('gives up on a topic that is held for an hour, and changes nothing', async () => {
    const { error, steps } = await run({ 'rebuild-topic': () => ({ status: 'held' }) });
    expect(error).toMatch(/held the topic for an hour/);
    expect(new Set(steps)).toEqual(new Set(['begin']));
  });
});

describe('a rebuild that fails', () => {
  it.each(['standardize', 'curate', 'reconcile'])('in %s gives the topic its state back', async (name) => {
    const { error, steps } = await run({
      [name]: () => {
        throw failure('CORRUPT_FILE', 'cannot read it');
      },
    });
    expect(error).toMatch(/ops.job_runs names the error/);
    expect(steps.at(-1)).toBe('fail');
    expect(steps).not.toContain('end');
  });

  it('because it would replace tables says so, and has nothing to give back', async () => {
    const { error, steps } = await run({
      'rebuild-topic': ({ step }) => {
        if (step === 'begin') throw failure('REBUILD_REPLACES_TABLES', 'it has been written before');
        return { status: 'restored' };
      },
    });
    expect(error).toMatch(/ops.job_runs names the error/);
    expect(steps).toEqual(['begin', 'fail']);
  });

  it('in its audit says that the tables do not add up, after the topic got its state back', async () => {
    const { error, steps } = await run({
      reconcile: () => ({ balanced: false, pending: { raw: 0, standardized: 0 } }),
    });
    expect(error).toMatch(/do not add up to RAW/);
    expect(steps.at(-1)).toBe('end');
  });

  it('to give the topic back says that it is stuck', async () => {
    const { error } = await run({
      'rebuild-topic': ({ step }) => {
        if (step === 'begin') return claimOf('orders');
        throw failure('Error', 'state store gone');
      },
    });
    expect(error).toMatch(/still REBUILDING/);
  });
});
