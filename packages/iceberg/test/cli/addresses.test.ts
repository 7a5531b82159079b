import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES_MISSING, suiteWhere } from '../../../../test/support/suite-where.js';
import { FIXTURES, haveFixtures } from '../support/fixtures.js';
import {
  iceberg,
  printed,
  printedRows,
  type Surroundings,
  spawnIceberg,
} from '../support/iceberg-command.js';
import { InProcessRest } from '../support/in-process-rest.js';
import { InProcessS3 } from '../support/in-process-s3.js';
import { StrictGlue } from '../support/strict-glue.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iceberg-cli-addresses-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What every place that can commit must be able to do. */
async function lifeOf(address: string, given: Surroundings): Promise<void> {
  const rows = (...args: string[]) => printedRows(args, given);
  const count = async (...args: string[]) => Number(await printed(['count', ...args], given));
  await rows(
    'create',
    address,
    '--column',
    'id long required',
    '--column',
    'v string',
    '--partition-by',
    'bucket(2, id)',
  );
  for (const ids of [
    [1, 2],
    [3, 4],
    [5, 6],
  ]) {
    const input = [ids.map((id) => `{"id":${id},"v":"v${id}"}\n`).join('')];
    await printed(['append', address, '-'], { ...given, input });
  }
  expect(await count(address)).toBe(6);
  expect(await rows('scan', address, '--filter', 'id = 4')).toEqual([{ id: 4, v: 'v4' }]);
  const snapshots = [...(await printed(['snapshots', address], given)).matchAll(/"snapshot_id":(\d+)/g)].map(
    ([, id]) => id!,
  );
  expect(snapshots).toHaveLength(3);
  await rows('tag', address, 'second', '--snapshot', snapshots[1]!);
  await rows('branch', address, 'audit');
  await printed(['append', address, '-', '--branch', 'audit'], { ...given, input: ['{"id":7}'] });
  expect(await count(address, '--ref', 'audit')).toBe(7);
  expect(await count(address)).toBe(6);
  await rows('branch', address, 'main', '--fast-forward', 'audit');
  expect(await count(address)).toBe(7);
  expect((await rows('refs', address)).map(({ name }) => name).sort()).toEqual(['audit', 'main', 'second']);
  await rows('rollback', address, '--snapshot', snapshots[1]!);
  expect(await count(address)).toBe(4);
  await printed(['append', address, '-', '--stage', '--wap-id', 'night'], { ...given, input: ['{"id":9}'] });
  expect(await count(address)).toBe(4);
  await rows('publish', address, 'night');
  expect(await count(address)).toBe(5);
  await rows('branch', address, 'audit', '--drop');
  expect(await rows('compact', address, '--all', '--dry-run')).toMatchObject([{ commits: 0, dry_run: true }]);
  expect(await rows('compact', address, '--all')).toMatchObject([{ commits: 1, added_files: 2 }]);
  await rows('rewrite-manifests', address);
  const planned = await rows('expire', address, '--older-than', '0s', '--dry-run');
  const done = await rows('expire', address, '--older-than', '0s');
  expect(planned.every(({ outcome }) => outcome === 'planned')).toBe(true);
  expect(done).toEqual(planned.map((row) => ({ ...row, outcome: 'done' })));
  expect(done.filter(({ action }) => action === 'expire-snapshot').length).toBeGreaterThan(2);
  expect((await rows('scan', address, '--columns', 'id')).map(({ id }) => id).sort()).toEqual([
    1, 2, 3, 4, 9,
  ]);
  expect(await count(address, '--ref', 'second')).toBe(4);
  expect(await rows('orphans', address, '--dry-run')).toEqual([]);
  for (const command of ['describe', 'schema', 'files', 'history', 'manifests', 'partitions'])
    expect((await rows(command, address)).length).toBeGreaterThan(0);
}

/** A clock that runs, so that snapshots have an age, an hour ahead of the files. */
function running(): () => number {
  let now = Date.now();
  return () => (now += 10);
}

test('a table folder, its name in a warehouse, and its metadata file are three addresses of one table', async () => {
  const warehouse = join(folder, 'wh');
  await lifeOf(`folder:${warehouse}#raw.eu.orders`, { now: running() });
  const path = join(warehouse, 'raw/eu/orders');
  expect(await printed(['count', path])).toBe('5\n');
  const [{ metadata_location: file }] = (await printedRows(['describe', path])) as [
    { metadata_location: string },
  ];
  expect(await printed(['scan', file])).toBe(await printed(['scan', path]));
  expect(await printedRows(['tables', `folder:${warehouse}`])).toEqual([
    { namespace: 'raw.eu', name: 'orders' },
  ]);
  const refused = await iceberg(['compact', file]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('a metadata file alone cannot be changed');
});

test('a table folder alone can be created and changed', async () => {
  await lifeOf(join(folder, 'alone/table.v1'), { now: running() });
});

test('on S3, by folder and by name, nothing is asked of the machine', async () => {
  const s3 = new InProcessS3();
  const given = { clients: { s3: () => s3 }, now: running() };
  await lifeOf('s3://lake/wh/raw/orders', given);
  await lifeOf('folder:s3://lake/wh2#raw.orders', given);
  expect(await printedRows(['tables', 'folder:s3://lake/wh'], given)).toEqual([
    { namespace: 'raw', name: 'orders' },
  ]);
  const [{ metadata_location: file }] = (await printedRows(
    ['describe', 's3://lake/wh/raw/orders'],
    given,
  )) as [{ metadata_location: string }];
  expect(await printed(['count', file], given)).toBe('5\n');
  const input = 's3://lake/in/rows.ndjson';
  s3.objects.set(input.slice(5), { bytes: Buffer.from('{"id":100}\n'), metadata: {} });
  expect(await printedRows(['append', 's3://lake/wh/raw/orders', input], given)).toMatchObject([{ rows: 1 }]);
  const root = await iceberg(['append', 's3://lake', '-'], given);
  expect(root.code).toBe(2);
});

test('settings of S3 come from options and from the documented variables', async () => {
  const s3 = new InProcessS3();
  const seen: unknown[] = [];
  const clients = {
    s3: (settings: unknown) => {
      seen.push(settings);
      return s3;
    },
  };
  await iceberg(['count', 's3://lake/t', '--region', 'eu-west-1', '--s3-endpoint', 'http://minio:9000'], {
    clients,
  });
  await iceberg(['count', 's3://lake/t'], {
    clients,
    env: { ICEBERG_S3_ENDPOINT: 'http://other:9000', ICEBERG_S3_PATH_STYLE: 'true' },
  });
  expect(seen).toEqual([
    { region: 'eu-west-1', endpoint: 'http://minio:9000' },
    { endpoint: 'http://other:9000', forcePathStyle: true },
  ]);
});

test('in the Glue Data Catalog', async () => {
  const glue = new StrictGlue();
  glue.databases.set('raw', { Name: 'raw', LocationUri: 's3://lake/raw' });
  const s3 = new InProcessS3();
  const regions: unknown[] = [];
  const clients = {
    s3: () => s3,
    glue: (settings: unknown) => {
      regions.push(settings);
      return glue;
    },
  };
  await lifeOf('glue://raw.orders?region=eu-west-1', { clients, now: running() });
  expect(regions[0]).toEqual({ region: 'eu-west-1' });
  expect(await printedRows(['tables', 'glue://raw'], { clients })).toEqual([
    { namespace: 'raw', name: 'orders' },
  ]);
  glue.databases.set('homeless', { Name: 'homeless' });
  const create = ['create', 'glue://homeless.orders', '--column', 'id long'];
  expect((await iceberg(create, { clients })).stderr).toContain(
    'say with --warehouse where its new tables go',
  );
  await printed([...create, '--warehouse', 's3://lake/wh'], { clients });
  expect(await printedRows(['describe', 'glue://homeless.orders'], { clients })).toMatchObject([
    { location: 's3://lake/wh/homeless.db/orders' },
  ]);
});

describe('a REST catalog', () => {
  const server = (): InProcessRest => {
    const rest = new InProcessRest('s3://lake/wh');
    rest.namespaces.add('raw');
    return rest;
  };

  test('is used from create to expire', async () => {
    const s3 = new InProcessS3();
    await lifeOf('rest+https://c.example.com/api#raw.orders', {
      clients: { s3: () => s3, fetch: server().fetch },
      now: running(),
    });
  });

  test('is told warehouse, token and headers; vended settings reach S3', async () => {
    const rest = server();
    rest.access = {
      config: {
        's3.endpoint': 'http://vended',
        's3.access-key-id': 'a',
        's3.secret-access-key': 'b',
        'client.region': 'eu-north-1',
      },
    };
    const seen: unknown[] = [];
    const s3 = new InProcessS3();
    const clients = {
      fetch: rest.fetch,
      s3: (settings: unknown) => {
        seen.push(settings);
        return s3;
      },
    };
    const address = 'rest+https://c.example.com?warehouse=lake#raw.t';
    const options = ['--token', 'secret', '--header', 'x-tenant=a=b'];
    await printed(['create', address, '--column', 'id long', ...options], { clients });
    await printed(['append', address, '-'], {
      clients,
      env: { ICEBERG_TOKEN: 'secret' },
      input: ['{"id":1}'],
    });
    expect(rest.received[0]!.query.get('warehouse')).toBe('lake');
    expect(rest.received[0]!.headers).toMatchObject({ authorization: 'Bearer secret', 'x-tenant': 'a=b' });
    expect(rest.received.at(-1)!.headers['authorization']).toBe('Bearer secret');
    expect(seen[0]).toMatchObject({ endpoint: 'http://vended', region: 'eu-north-1' });
    expect(await printedRows(['tables', 'rest+https://c.example.com'], { clients })).toEqual([
      { namespace: 'raw', name: 't' },
    ]);
  });

  test('gets a token for client credentials', async () => {
    const rest = server();
    rest.intercept = ({ path, body }) =>
      path === '/token'
        ? [200, { access_token: `for-${body['client_id']}-${body['scope']}`, token_type: 'bearer' }]
        : undefined;
    const options = [
      '--credential',
      'me:it:is',
      '--oauth2-uri',
      'https://id.example.com/token',
      '--scope',
      'all',
    ];
    await printed(['tables', 'rest+https://c.example.com', ...options], { clients: { fetch: rest.fetch } });
    expect(rest.received[0]!.body).toMatchObject({ client_id: 'me', client_secret: 'it:is' });
    expect(rest.received.at(-1)!.headers['authorization']).toBe('Bearer for-me-all');
  });

  test('that refuses is told as it says, with a hint', async () => {
    const rest = server();
    rest.intercept = () => [
      401,
      { error: { message: 'who are you', type: 'NotAuthorizedException', code: 401 } },
    ];
    const { code, stderr } = await iceberg(['tables', 'rest+https://c.example.com'], {
      clients: { fetch: rest.fetch },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: .*who are you.* \[NOT_AUTHENTICATED\]\nhint: give --token or --credential/,
    );
    const both = await iceberg(
      ['tables', 'rest+https://c.example.com', '--token', 'a', '--credential', 'b:c'],
      {},
    );
    expect(both.stderr).toContain('--token and --credential were given together');
  });

  describe('over HTTP, the command a process of its own', () => {
    let http: Server;
    let address: string;
    beforeAll(async () => {
      const rest = new InProcessRest(join(folder, 'rest'));
      rest.namespaces.add('raw');
      http = createServer((request, response) => {
        const body: Buffer[] = [];
        request.on('data', (chunk: Buffer) => body.push(chunk));
        request.on('end', async () => {
          const answer = await rest.fetch(`http://x${request.url}`, {
            method: request.method!,
            headers: request.headers as Record<string, string>,
            ...(body.length > 0 && { body: Buffer.concat(body).toString() }),
          });
          response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
        });
      });
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      address = `rest+http://127.0.0.1:${(http.address() as AddressInfo).port}#raw.t`;
    });
    afterAll(() => http.close());

    test('creates, appends and scans', async () => {
      expect(await spawnIceberg(['create', address, '--column', 'id long'])).toMatchObject({
        code: 0,
        stderr: '',
      });
      const appended = await spawnIceberg(['append', address, '-'], {
        input: '{"id":9223372036854775807}\n',
      });
      expect(appended).toMatchObject({ code: 0, stderr: '' });
      expect(await spawnIceberg(['scan', address])).toMatchObject({
        code: 0,
        stdout: '{"id":9223372036854775807}\n',
        stderr: '',
      });
    });
  });
});

test('without the package that an address needs, the message says how to install it', async () => {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (specifier, context, next) => {
      if (specifier.startsWith('@aws-sdk/')) throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(specifier, context);
    } });`;
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  for (const [address, name] of [
    ['s3://lake/t', '@aws-sdk/client-s3'],
    ['glue://raw.t', '@aws-sdk/client-glue'],
  ] as const) {
    const { code, stdout, stderr } = await spawnIceberg(['scan', address], { nodeArgs });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(`npm install ${name}`);
    expect(stderr).toContain(`npx -p @lean-ops/iceberg -p ${name}`);
  }
  const local = join(folder, 'local/t');
  await printed(['create', local, '--column', 'id long']);
  expect(await spawnIceberg(['count', local], { nodeArgs })).toMatchObject({ code: 0, stdout: '0\n' });
});

suiteWhere(haveFixtures() ? null : FIXTURES_MISSING, 'tables of other writers', () => {
  const tables = join(FIXTURES, 'iceberg');

  test('are printed row for row, each from its metadata file', async () => {
    const expected = JSON.parse(await readFile(join(tables, 'expected.json'), 'utf8')) as Record<
      string,
      { rowCount: number; columns: unknown[] }
    >;
    for (const [file, { rowCount, columns }] of Object.entries(expected)) {
      const rows = await printedRows(['scan', join(tables, file)]);
      expect(rows, file).toHaveLength(rowCount);
      if (rows[0] !== undefined) expect(Object.keys(rows[0]), file).toHaveLength(columns.length);
      expect(await printed(['count', join(tables, file)]), file).toBe(`${rowCount}\n`);
    }
  });

  test('keep types exact: decimals beyond 64 bits, times with their zone, uuids', async () => {
    const first = async (file: string): Promise<string> => printed(['scan', join(tables, file)]);
    expect(await first('partition_decimal_hugeint/metadata/v2.metadata.json')).toMatch(
      /"partition_col":"-1000000000000\.00000000000000000001000"/,
    );
    expect(await first('partition_timestamptz/default.db/partition_timestamptz')).toMatch(
      /"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"/,
    );
    expect(await first('uuid')).toMatch(/"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"/);
  });

  test('that lie apart are read with --location-prefix and --allow-location, by the process', async () => {
    const { cp, mkdir } = await import('node:fs/promises');
    const bunnies = join(tables, 'java_bunnies');
    const [metadata, data] = [join(folder, 'moved/bunnies/metadata'), join(folder, 'elsewhere')];
    await mkdir(join(folder, 'moved/bunnies'), { recursive: true });
    await cp(join(bunnies, 'metadata'), metadata, { recursive: true });
    await cp(join(bunnies, 'data'), data, { recursive: true });
    const table = join(folder, 'moved/bunnies');
    const without = await spawnIceberg(['scan', table]);
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(/\[FILE_NOT_FOUND\]\nhint: if the table was moved, .*--location-prefix/);
    const prefix = `s3://hyperparam-iceberg/java/bunnies/data=${data}`;
    const read = await spawnIceberg(['scan', table, '--location-prefix', prefix, '--format', 'json']);
    expect(read).toMatchObject({ code: 0, stderr: '' });
    expect(read.stdout).toBe(await printed(['scan', bunnies, '--format', 'json']));
    const relative = await spawnIceberg(
      ['count', 'bunnies', '--location-prefix', 's3a://hyperparam-iceberg/java/bunnies/data=../elsewhere'],
      { cwd: join(folder, 'moved') },
    );
    expect(relative).toMatchObject({ code: 0, stdout: '15\n' });
  });

  test('of a catalog are not changed behind its back, nor made anew', async () => {
    const uuid = join(tables, 'uuid');
    for (const args of [
      ['append', uuid, '-'],
      ['create', uuid, '--column', 'id long'],
    ]) {
      const { code, stderr } = await iceberg(args);
      expect(code).toBe(2);
      expect(stderr).toContain('belongs to a catalog');
    }
  });
});
