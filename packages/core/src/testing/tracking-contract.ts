import assert from 'node:assert/strict';
import type { OpsEntry, StatusChange, TrackedError, TrackedErrorFilter } from '../ports/state-store.js';
import type { ContractCase } from './contract-case.js';
import { CASE_START, casesOf, type StateStoreHarness, type StateStoreSetup } from './state-store-harness.js';

function trackedError(id: string, changes: Partial<TrackedError> = {}): TrackedError {
  return {
    id,
    kind: 'quarantine',
    topic: 'events',
    sqsMessageId: `sqs-${id}`,
    errorClass: 'malformed',
    errorCode: 'BODY_NOT_JSON',
    errorMessage: 'not JSON: "\u0000 é \u{1F600}"',
    archiveKey: `quarantine/${id}`,
    firstSeenAt: CASE_START,
    status: 'open',
    replays: 0,
    lastChange: null,
    ...changes,
  };
}

const CHANGE: StatusChange = { at: CASE_START, by: 'ana', reason: null };

const OPENED = {
  from: { status: 'open', replays: 0 },
  to: { status: 'replayed', replays: 1 },
} as const;

function entry(id: string, table: OpsEntry['table'] = 'job_runs'): Omit<OpsEntry, 'sequence'> {
  return { id, table, row: { name: id, count: 1, ratio: 0.5, ok: true, note: null } };
}

/** The error tracker and the outbox: the part of the state store's contract that keeps lists. */
export function trackingContract(harness: StateStoreHarness): ContractCase[] {
  return [...errorCases(harness), ...outboxCases(harness)];
}

function errorCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'errors');
  const ids = async ({ store }: StateStoreSetup, filter?: TrackedErrorFilter): Promise<string[]> => {
    const found: string[] = [];
    for await (const error of store.errors.list(filter)) found.push(error.id);
    return found;
  };
  return [
    example(
      'the first record of an id is kept, and a repetition says it was known',
      async ({ store, again }) => {
        assert.equal(await store.errors.get('1'), null);
        assert.equal(await store.errors.record(trackedError('1')), true);
        assert.equal(await (await again()).errors.record(trackedError('1', { topic: 'clicks' })), false);
        assert.deepEqual(await store.errors.get('1'), trackedError('1'));
      },
    ),
    example('errors are listed by time, then id, and filters all hold at once', async (setup) => {
      const { store } = setup;
      await store.errors.record(trackedError('c', { firstSeenAt: CASE_START + 2 }));
      await store.errors.record(trackedError('b', { topic: 'clicks', kind: 'dead-letter' }));
      await store.errors.record(trackedError('a', { errorClass: 'contract' }));
      assert.deepEqual(await ids(setup), ['a', 'b', 'c']);
      assert.deepEqual(await ids(setup, { topic: 'events' }), ['a', 'c']);
      assert.deepEqual(await ids(setup, { kind: 'dead-letter' }), ['b']);
      assert.deepEqual(await ids(setup, { errorClass: 'malformed', topic: 'events' }), ['c']);
      assert.deepEqual(await ids(setup, { since: CASE_START + 2 }), ['c']);
      assert.deepEqual(await ids(setup, { since: CASE_START, until: CASE_START }), ['a', 'b']);
    }),
    example('a listing of hundreds is whole, through its pages', async (setup) => {
      const errors = Array.from({ length: 203 }, (_, index) =>
        trackedError(`${index}`.padStart(5, '0'), { firstSeenAt: CASE_START + (index % 3) }),
      );
      for (let start = 0; start < errors.length; start += 50) {
        const some = errors.slice(start, start + 50);
        await Promise.all(some.map((error) => setup.store.errors.record(error)));
      }
      const inOrder = errors.toSorted(
        (left, right) => left.firstSeenAt - right.firstSeenAt || (left.id < right.id ? -1 : 1),
      );
      assert.deepEqual(
        await ids(setup),
        inOrder.map(({ id }) => id),
      );
    }),
    example('status and replays change with who, when and why, and the filter sees it', async (setup) => {
      const { store, again } = setup;
      await store.errors.record(trackedError('1'));
      const change = { at: CASE_START + 5, by: 'ana', reason: 'producer "mended" it \u{1F600}' };
      assert.equal(await store.errors.changeStatus('1', { ...OPENED, change }), true);
      const changed = trackedError('1', { status: 'replayed', replays: 1, lastChange: change });
      assert.deepEqual(await (await again()).errors.get('1'), changed);
      assert.deepEqual(await ids(setup, { status: 'open' }), []);
      assert.deepEqual(await ids(setup, { status: 'replayed' }), ['1']);
      const back = { from: OPENED.to, to: OPENED.from, change: { at: 1, by: 'ben', reason: null } };
      assert.equal(await store.errors.changeStatus('1', back), true);
      assert.deepEqual(await store.errors.get('1'), trackedError('1', { lastChange: back.change }));
    }),
    example('a status is not changed from what it no longer is', async ({ store }) => {
      await store.errors.record(trackedError('1', { replays: 1 }));
      assert.equal(await store.errors.changeStatus('1', { ...OPENED, change: CHANGE }), false);
      const discarded = { status: 'discarded', replays: 1 } as const;
      const other = { from: discarded, to: OPENED.to, change: CHANGE };
      assert.equal(await store.errors.changeStatus('1', other), false);
      assert.deepEqual(await store.errors.get('1'), trackedError('1', { replays: 1 }));
    }),
    example('of many that change one status at once, one does', async ({ store, again }) => {
      await store.errors.record(trackedError('1'));
      const other = await again();
      const changed = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? store : other).errors.changeStatus('1', {
            ...OPENED,
            change: { ...CHANGE, by: `operator-${index}` },
          }),
        ),
      );
      const winners = changed.flatMap((won, index) => (won ? [`operator-${index}`] : []));
      assert.equal(winners.length, 1);
      assert.equal((await store.errors.get('1'))?.lastChange?.by, winners[0]);
    }),
    example('the status of an id that was never recorded is refused', async ({ store }) => {
      await assert.rejects(
        store.errors.changeStatus('nobody', { ...OPENED, change: CHANGE }),
        (error) => (error as { code?: unknown }).code === 'TRACKED_ERROR_NOT_FOUND',
      );
    }),
  ];
}

function outboxCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'outbox');
  return [
    example('entries wait in the order they were put, with rising sequences', async ({ store, again }) => {
      await store.outbox.put([entry('z'), entry('a')]);
      await (await again()).outbox.put([entry('m')]);
      const waiting = await store.outbox.peek('job_runs', 10);
      assert.deepEqual(
        waiting.map(({ sequence: _sequence, ...rest }) => rest),
        [entry('z'), entry('a'), entry('m')],
      );
      const sequences = waiting.map((waitingEntry) => waitingEntry.sequence);
      assert.deepEqual(
        sequences,
        [...new Set(sequences)].sort((left, right) => left - right),
      );
      assert.deepEqual(await store.outbox.peek('job_runs', 2), waiting.slice(0, 2));
    }),
    example('tables do not meet', async ({ store }) => {
      await store.outbox.put([entry('1'), entry('1', 'drift_log')]);
      const [run] = await store.outbox.peek('job_runs', 10);
      assert.ok(run);
      await store.outbox.removeThrough('job_runs', run.sequence + 100);
      assert.deepEqual(await store.outbox.peek('job_runs', 10), []);
      assert.equal((await store.outbox.peek('drift_log', 10)).length, 1);
    }),
    example(
      'removing further than sequences were given removes nothing that comes later',
      async ({ store }) => {
        await store.outbox.put([entry('1')]);
        const [first] = await store.outbox.peek('job_runs', 10);
        await store.outbox.removeThrough('job_runs', first!.sequence + 100);
        await store.outbox.put([entry('2')]);
        const waiting = await store.outbox.peek('job_runs', 10);
        assert.deepEqual(
          waiting.map((waitingEntry) => waitingEntry.id),
          ['2'],
        );
      },
    ),
    example('the same fact is kept once, also after it was removed', async ({ store }) => {
      await store.outbox.put([entry('1'), entry('1'), entry('2')]);
      await store.outbox.put([entry('1')]);
      const waiting = await store.outbox.peek('job_runs', 10);
      assert.deepEqual(
        waiting.map((waitingEntry) => waitingEntry.id),
        ['1', '2'],
      );
      await store.outbox.removeThrough('job_runs', waiting[0]!.sequence);
      await store.outbox.put([entry('1')]);
      assert.deepEqual(await store.outbox.peek('job_runs', 10), waiting.slice(1));
    }),
    example('a sequence is never given again after everything was removed', async ({ store }) => {
      await store.outbox.put([entry('1'), entry('2')]);
      const last = (await store.outbox.peek('job_runs', 10)).at(-1)!;
      await store.outbox.removeThrough('job_runs', last.sequence);
      await store.outbox.put([entry('3')]);
      const [next] = await store.outbox.peek('job_runs', 10);
      assert.ok(next && next.sequence > last.sequence);
    }),
  ];
}
