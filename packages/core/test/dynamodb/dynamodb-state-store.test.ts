import { DescribeTableCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { ManualClock, type OpsEntry, seededRandom, type TopicContract } from '../../src/index.js';
import { DynamoDbStateStore, stateTableDefinition } from '../../src/state-store/dynamodb/index.js';
import { aroundCalls, connectionReset, nameOf, serviceError } from './faulty-client.js';
import { createStateTable, emulatorDynamoDb, storeOf } from './state-table.js';

const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

const entry = (id: string): Omit<OpsEntry, 'sequence'> => ({ id, table: 'job_runs', row: { name: id } });
const CONTRACT: TopicContract = { topic: 'events', version: '1.0.0', owner: 'team', columns: {} };

suiteWhere(missing, 'DynamoDbStateStore', () => {
  let client: DynamoDBClient;
  let table: string;
  let clock: ManualClock;
  let store: DynamoDbStateStore;
  beforeAll(() => {
    client = emulatorDynamoDb(moto!.endpoint);
  });
  beforeEach(async () => {
    table = await createStateTable(client);
    clock = new ManualClock(Date.UTC(2026, 0, 1));
    store = storeOf(client, table, clock);
  });

  test('makes a table of the keys that its definition says', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table).toMatchObject({
      KeySchema: stateTableDefinition(table).KeySchema,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject(
      stateTableDefinition(table).GlobalSecondaryIndexes![0]!,
    );
  });

  test('a lease whose answer was lost for good is taken over by its owner, and by nobody else', async () => {
    let lost = true;
    const lossy = aroundCalls(client, async (send, command) => {
      const answer = await send(command);
      if (!lost || nameOf(command) !== 'UpdateItem') return answer;
      lost = false;
      throw connectionReset();
    });
    const request = { resource: 'r', owner: 'a', ttlMs: 1_000 };
    const lossyStore = storeOf(lossy, table, clock);
    await expect(lossyStore.leases.acquire(request)).rejects.toMatchObject({
      code: 'STATE_STORE_BUSY',
      retryable: true,
    });
    expect(await store.leases.acquire({ ...request, owner: 'b' })).toBeNull();
    expect((await lossyStore.leases.acquire(request))?.token).toBe(2n);
  });

  test('nothing that is relied on carries a time to live', async () => {
    await store.leases.acquire({ resource: 'r', owner: 'a', ttlMs: 1_000 });
    await store.contracts.put(CONTRACT);
    await store.outbox.put([entry('1')]);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    const mortal = Items.filter((item) => item['ttl'] !== undefined);
    expect(mortal.map((item) => item['pk']?.S)).toEqual(['fact#job_runs#1']);
    expect(Number(mortal[0]!['ttl']!.N) * 1000).toBe(clock.now() + 90 * 86_400_000);
  });

  describe('large items', () => {
    const random = seededRandom(1);
    const noise = (characters: number): string =>
      Array.from({ length: characters / 32 }, () => random.uuid().replaceAll('-', '')).join('');

    test('a contract of megabytes is kept, for it is gzipped', async () => {
      const columns = Object.fromEntries(
        Array.from({ length: 20_000 }, (_, index) => [
          `column_${index}`,
          { type: 'string', path: `a.b.c.column_${index}`, doc: 'said again and again' } as const,
        ]),
      );
      const contract: TopicContract = { ...CONTRACT, columns };
      expect(JSON.stringify(contract).length).toBeGreaterThan(1_500_000);
      await store.contracts.put(contract);
      await store.contracts.put(contract);
      expect(await store.contracts.get('events', '1.0.0')).toEqual(contract);
    });

    test('what is above the limit even so is refused with its size, and nothing is written', async () => {
      const contract = { ...CONTRACT, owner: noise(1024 * 1024) };
      await expect(store.contracts.put(contract)).rejects.toMatchObject({
        code: 'STATE_ITEM_TOO_LARGE',
        retryable: false,
        message: expect.stringContaining('contract events 1.0.0'),
        context: { maxBytes: 409_600 },
      });
      const row = { name: noise(410_000) };
      await expect(store.outbox.put([entry('1'), { ...entry('2'), row }])).rejects.toMatchObject({
        code: 'STATE_ITEM_TOO_LARGE',
      });
      expect((await client.send(new ScanCommand({ TableName: table }))).Count).toBe(0);
    });

    test('entries that are too many or too much for one transaction go in several, in order', async () => {
      const row = { text: 'x'.repeat(300_000) };
      const entries = Array.from({ length: 120 }, (_, index) => ({
        ...entry(`${index}`),
        ...(index % 8 === 0 ? { row } : {}),
      }));
      await store.outbox.put(entries);
      const waiting = await store.outbox.peek('job_runs', 1_000);
      expect(waiting.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    });
  });

  describe('the outbox', () => {
    test('ids that no key holds are known again', async () => {
      const ids = ['x'.repeat(5_000), 'half \ud800', 'é'.repeat(900), ''];
      await store.outbox.put(ids.map(entry));
      await store.outbox.put(ids.map(entry));
      expect((await store.outbox.peek('job_runs', 9)).map(({ id }) => id)).toEqual(ids);
    });

    test('an entry that a query passed before it was written is not removed unseen', async () => {
      await store.outbox.put([entry('1'), entry('2'), entry('3')]);
      let hidden = true;
      const anomalous = aroundCalls(client, async (send, command) => {
        const answer = (await send(command)) as { Items?: { sk: { S: string } }[] };
        if (nameOf(command) !== 'Query' || !hidden) return answer;
        hidden = false;
        return { ...answer, Items: answer.Items!.filter(({ sk }) => !sk.S.endsWith('2')) };
      });
      const seen = await storeOf(anomalous, table, clock).outbox.peek('job_runs', 10);
      expect(seen.map(({ id }) => id)).toEqual(['1', '2', '3']);
    });

    test('an entry that was deleted by hand stops nobody', async () => {
      await store.outbox.put([entry('1'), entry('2')]);
      const silent = aroundCalls(client, async (send, command) => {
        const answer = (await send(command)) as { Items?: { sk: { S: string } }[] };
        if (nameOf(command) === 'Query') return { ...answer, Items: answer.Items!.slice(1) };
        return nameOf(command) === 'BatchGetItem' ? { Responses: {} } : answer;
      });
      const seen = await storeOf(silent, table, clock).outbox.peek('job_runs', 10);
      expect(seen.map(({ id }) => id)).toEqual(['2']);
    });

    test('a removal that was cut off is whole, and is swept up by the next', async () => {
      await store.outbox.put([entry('1'), entry('2')]);
      const cut = aroundCalls(client, async (send, command) => {
        if (nameOf(command) === 'BatchWriteItem') throw connectionReset();
        return await send(command);
      });
      const cutStore = storeOf(cut, table, clock);
      await expect(cutStore.outbox.removeThrough('job_runs', 2)).rejects.toMatchObject({ retryable: true });
      expect(await store.outbox.peek('job_runs', 10)).toEqual([]);
      await store.outbox.removeThrough('job_runs', 2);
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
      expect(Items.map((item) => item['sk']!.S).sort()).toEqual(['fact', 'fact', 'head']);
    });

    test('of what many write while one drains, every entry is drained once, in order', async () => {
      const WRITERS = 6;
      const EACH = 12;
      const drained: OpsEntry[] = [];
      let writing = true;
      const drain = async (): Promise<void> => {
        for (;;) {
          const last = !writing;
          const seen = await store.outbox.peek('job_runs', 7);
          drained.push(...seen);
          const end = seen.at(-1);
          if (end !== undefined) await store.outbox.removeThrough('job_runs', end.sequence);
          else if (last) return;
        }
      };
      const write = async (writer: number): Promise<void> => {
        const own = storeOf(client, table, clock);
        for (let index = 0; index < EACH; index += 3) {
          const entries = [0, 1, 2].map((more) => entry(`${writer}/${index + more}`));
          await own.outbox.put(entries);
          await own.outbox.put(entries);
        }
      };
      const drainer = drain();
      await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
      writing = false;
      await drainer;
      expect(drained.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: WRITERS * EACH }, (_, index) => index + 1),
      );
      expect(new Set(drained.map(({ id }) => id)).size).toBe(WRITERS * EACH);
    }, 120_000);
  });

  test('a status that changed is listed as it is, whatever the index still says', async () => {
    const error = {
      id: '1',
      kind: 'quarantine',
      topic: 'events',
      sqsMessageId: 's',
      errorClass: 'malformed',
      errorCode: 'BODY_NOT_JSON',
      errorMessage: 'half \ud800',
      archiveKey: 'k',
      firstSeenAt: clock.now(),
      status: 'open',
      replays: 0,
      lastChange: null,
    } as const;
    await store.errors.record(error);
    await store.errors.changeStatus('1', {
      from: { status: 'open', replays: 0 },
      to: { status: 'discarded', replays: 0 },
      change: { at: 1, by: 'ana', reason: null },
    });
    for await (const open of store.errors.list({ status: 'open' })) expect.unreachable(open.id);
    expect(await store.errors.get('1')).toMatchObject({ errorMessage: error.errorMessage });
  });

  test('a table that is not there is named', async () => {
    const absent = new DynamoDbStateStore({ client, table: 'nowhere' });
    await expect(absent.topics.list()).rejects.toMatchObject({
      code: 'STATE_STORE_UNREADABLE',
      retryable: false,
      message: expect.stringContaining('nowhere'),
    });
    await absent.close();
  });
});

describe('calls that fail', () => {
  const failing = (error: unknown): DynamoDbStateStore =>
    new DynamoDbStateStore({
      client: { send: () => Promise.reject(error) },
      table: 'state',
      sleep: async () => {},
    });
  const putTopic = (error: unknown): Promise<unknown> => failing(error).topics.get('events');

  test.each([
    ['ProvisionedThroughputExceededException', 400],
    ['ThrottlingException', 400],
    ['RequestLimitExceeded', 400],
    ['InternalServerError', 500],
    ['ServiceUnavailable', 503],
  ])('%s may be tried again', async (name, status) => {
    const cause = serviceError(name, status);
    await expect(putTopic(cause)).rejects.toMatchObject({ code: 'STATE_STORE_BUSY', retryable: true, cause });
  });

  test('so may what never reached the service', async () => {
    await expect(putTopic(connectionReset())).rejects.toMatchObject({ code: 'STATE_STORE_BUSY' });
  });

  test.each(['AccessDeniedException', 'ResourceNotFoundException', 'ValidationException'])(
    '%s will not go away',
    async (name) => {
      await expect(putTopic(serviceError(name))).rejects.toMatchObject({
        code: 'STATE_STORE_UNREADABLE',
        retryable: false,
      });
    },
  );

  test('items that another transaction has in hand are tried again, not for ever', async () => {
    let calls = 0;
    const busy = new DynamoDbStateStore({
      client: {
        send: () => {
          calls += 1;
          return Promise.reject(serviceError('TransactionConflictException'));
        },
      },
      table: 'state',
      sleep: async () => {},
    });
    await expect(busy.topics.get('events')).rejects.toMatchObject({ code: 'STATE_STORE_BUSY' });
    expect(calls).toBe(40);
  });

  test('what this store did not write is said to be so', async () => {
    const foreign = new DynamoDbStateStore({
      client: { send: async () => ({ Item: { pk: { S: 'lease#r' }, sk: { S: 'lease' } } }) },
      table: 'state',
    });
    await expect(foreign.leases.get('r')).rejects.toMatchObject({
      code: 'STATE_STORE_UNREADABLE',
      message: expect.stringContaining('lease#r'),
    });
  });
});
