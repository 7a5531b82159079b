import { expect, test } from 'vitest';
import { GlueCatalog } from '../../src/catalog/glue/index.js';
import { RestCatalog } from '../../src/catalog/rest/index.js';
import {
  batchFromRows,
  type Catalog,
  FolderCatalog,
  type IcebergError,
  MemoryStorage,
  type Storage,
} from '../../src/index.js';
import { S3Storage } from '../../src/storage/s3/index.js';
import { InProcessRest } from '../support/in-process-rest.js';
import { InProcessS3 } from '../support/in-process-s3.js';
import { FAULTS, LossyCalls } from '../support/lossy-calls.js';
import { LOST_TABLE, type LossySetting, SCHEMA, tryLostAnswers } from '../support/lost-answers.js';
import { LOST_OPERATIONS } from '../support/lost-operations.js';
import { StrictGlue } from '../support/strict-glue.js';

/** Calls that hang end like calls that fail, by their time limit: trying every call once is enough of them. */
const WITHOUT_WAITING = FAULTS.filter((fault) => fault.startsWith('fails'));

const sleep = async (): Promise<void> => undefined;

/** A table made through a catalog, whose calls are `around`ed once `lose` is called. */
async function settle(
  catalog: Catalog,
  files: Storage,
  switchOn: (calls: LossyCalls | null) => void,
): Promise<LossySetting> {
  const created = await catalog.createTable(LOST_TABLE, { schema: SCHEMA });
  const { table } = await created.append(batchFromRows(created.schema(), [{ id: 'old', value: 0 }]));
  return {
    catalog,
    table,
    files,
    lose: switchOn,
    fresh: async () => {
      switchOn(null);
      return await catalog.loadTable(LOST_TABLE);
    },
  };
}

async function folderOnS3(calls: LossyCalls, attempts: number): Promise<LossySetting> {
  const s3 = new InProcessS3();
  let lossy: LossyCalls | null = null;
  const storage = new S3Storage({
    client: { send: (command) => (lossy === null ? s3.send(command) : lossy.around(() => s3.send(command))) },
    calls: { sleep, attempts, startTimer: calls.startTimer },
  });
  const catalog = new FolderCatalog({ warehouse: 's3://lake/warehouse', storage, sleep });
  return settle(catalog, new S3Storage({ client: s3 }), (on) => {
    lossy = on;
  });
}

async function rest(calls: LossyCalls, attempts: number, config = {}): Promise<LossySetting> {
  const server = new InProcessRest('memory://lake');
  server.namespaces.add(LOST_TABLE.namespace);
  server.config = config;
  const files = new MemoryStorage();
  let lossy: LossyCalls | null = null;
  const catalog = new RestCatalog({
    uri: 'https://catalog.test',
    fetch: (url, init) =>
      lossy === null ? server.fetch(url, init) : lossy.around(() => server.fetch(url, init)),
    storage: files,
    sleep,
    calls: { attempts, startTimer: calls.startTimer },
  });
  return settle(catalog, files, (on) => {
    lossy = on;
  });
}

/** Both Glue and the store of its files lose answers. */
async function glue(calls: LossyCalls, attempts: number): Promise<LossySetting> {
  const inner = new StrictGlue();
  const s3 = new InProcessS3();
  let lossy: LossyCalls | null = null;
  const around = <T>(call: () => Promise<T>): Promise<T> => (lossy === null ? call() : lossy.around(call));
  const options = { sleep, attempts, startTimer: calls.startTimer };
  const catalog = new GlueCatalog({
    client: { send: (command) => around(() => inner.send(command)) },
    storage: new S3Storage({ client: { send: (command) => around(() => s3.send(command)) }, calls: options }),
    warehouse: 's3://lake/warehouse',
    sleep,
    calls: options,
  });
  await catalog.namespaces.create(LOST_TABLE.namespace);
  return settle(catalog, new S3Storage({ client: s3 }), (on) => {
    lossy = on;
  });
}

const SETTINGS: Record<string, (calls: LossyCalls, attempts: number) => Promise<LossySetting>> = {
  'a folder on S3': folderOnS3,
  'Glue and its files on S3': glue,
  'a REST catalog': rest,
  'a REST catalog that knows idempotency keys': (calls, attempts) =>
    rest(calls, attempts, { 'idempotency-key-lifetime': 'PT30M' }),
};

test.each(Object.entries(SETTINGS))(
  'one lost call to %s never matters',
  async (_name, open) => {
    const seen = await tryLostAnswers((calls) => open(calls, 5));
    expect(Object.keys(seen)).toEqual(['success']);
    expect(seen['success']).toBeGreaterThanOrEqual(16);
  },
  300_000,
);

test.each(Object.entries(SETTINGS))(
  'a call to %s lost for good ends in success, in failure, or unknown with nothing deleted',
  async (_name, open) => {
    const seen = await tryLostAnswers((calls) => open(calls, 1), { faults: WITHOUT_WAITING });
    expect(seen['failure']).toBeGreaterThan(0);
    expect(seen['success']).toBeGreaterThan(0);
  },
  300_000,
);

test.each(Object.entries(SETTINGS))(
  'losing every call to %s from one on ends in success, in failure, or unknown with nothing deleted',
  async (_name, open) => {
    const seen = await tryLostAnswers((calls) => open(calls, 2), { times: 1000, faults: WITHOUT_WAITING });
    expect(seen['failure']).toBeGreaterThan(0);
    expect(seen['unknown']).toBeGreaterThan(0);
  },
  300_000,
);

/** Every operation loses answers of one catalog; in the full run, of all of them. */
const everywhere = process.env['LEAN_OPS_TEST'] === 'full';
const names = Object.keys(SETTINGS);
const OTHERS = Object.keys(LOST_OPERATIONS)
  .filter((operation) => operation !== 'append' && operation !== 'upsert')
  .flatMap((operation, at) =>
    (everywhere ? names : [names[at % names.length]!]).map((setting) => [operation, setting] as const),
  );

test.each(OTHERS)(
  '%s, each call to %s lost or given up: it is done once, or not at all, or unknown with nothing deleted',
  async (operation, setting) => {
    const open = SETTINGS[setting]!;
    const operations = [LOST_OPERATIONS[operation]!];
    const repeated = await tryLostAnswers((calls) => open(calls, 5), {
      operations,
      faults: everywhere ? FAULTS : ['fails after'],
    });
    // Nothing tells a REST client whether properties that are not there were never set or set anew by somebody else.
    const untold = operation === 'setProperties' && setting === 'a REST catalog';
    expect(Object.keys(repeated)).toEqual(untold && everywhere ? ['success', 'unknown'] : ['success']);
    const seen = await tryLostAnswers((calls) => open(calls, 1), {
      operations,
      faults: [...(everywhere ? FAULTS : WITHOUT_WAITING), 'is given up'],
    });
    expect(seen['failure']).toBeGreaterThan(0);
    expect(seen['success']).toBeGreaterThan(0);
  },
  300_000,
);

test.each(Object.entries(SETTINGS))('a table of %s is created or it is not', async (_name, open) => {
  const seen = new Set<string>();
  for (const attempts of [1, 5]) {
    for (const fault of FAULTS) {
      for (let at = 0; ; at++) {
        const calls = new LossyCalls({ at, fault });
        const setting = await open(calls, attempts);
        const { catalog } = setting;
        const identifier = { ...LOST_TABLE, name: 'created' };
        setting.lose(calls);
        const outcome = await catalog.createTable(identifier, { schema: SCHEMA }).then(
          (table) => table.uuid,
          (error: unknown) => error as IcebergError,
        );
        await setting.fresh();
        if (typeof outcome === 'string') {
          expect((await catalog.loadTable(identifier)).uuid).toBe(outcome);
          seen.add('success');
        } else if (outcome.code === 'COMMIT_STATE_UNKNOWN') {
          seen.add('unknown');
        } else {
          expect(await catalog.tableExists(identifier), String(outcome)).toBe(false);
          seen.add('failure');
        }
        if (calls.count <= at) break;
      }
    }
  }
  expect(seen).toContain('success');
});
