import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RecordBatchFileWriter, RecordBatchStreamWriter, tableFromArrays } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FolderCatalog } from '../../src/index.js';
import { iceberg, ndjson, printed, printedRows } from '../support/iceberg-command.js';

let folder: string;
let place = 0;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iceberg-cli-rows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  table = join(folder, `wh${place++}/raw/t`);
});

const create = (...columns: string[]): Promise<string> =>
  printed(['create', table, ...columns.flatMap((column) => ['--column', column])]);
const append = (lines: readonly string[]): Promise<string> =>
  printed(['append', table, '-'], { input: lines.map((line) => `${line}\n`) });
const scan = (...more: string[]): Promise<string> => printed(['scan', table, '--format', 'ndjson', ...more]);

const ALL_TYPES = {
  fields: [
    { name: 'id', type: 'long', required: true },
    { name: 'flag', type: 'boolean' },
    { name: 'small', type: 'int' },
    { name: 'single', type: 'float' },
    { name: 'twice', type: 'double' },
    { name: 'exact', type: 'decimal(38, 10)' },
    { name: 'whole', type: 'decimal(5, 0)' },
    { name: 'day', type: 'date' },
    { name: 'clock', type: 'time' },
    { name: 'local', type: 'timestamp' },
    { name: 'moment', type: 'timestamptz' },
    { name: 'local_ns', type: 'timestamp_ns' },
    { name: 'moment_ns', type: 'timestamptz_ns' },
    { name: 'text', type: 'string' },
    { name: 'key', type: 'uuid' },
    { name: 'four', type: 'fixed[4]' },
    { name: 'bytes', type: 'binary' },
    { name: 'tags', type: { type: 'list', element: 'decimal(20, 2)' } },
    {
      name: 'place',
      type: {
        type: 'struct',
        fields: [
          { name: 'x', type: 'double' },
          {
            name: 'deep',
            type: { type: 'list', element: { type: 'struct', fields: [{ name: 'n', type: 'long' }] } },
          },
        ],
      },
    },
    { name: 'by_name', type: { type: 'map', key: 'string', value: 'long' } },
    { name: 'by_number', type: { type: 'map', key: 'long', value: 'binary' } },
    { name: 'by_bytes', type: { type: 'map', key: 'binary', value: 'string' } },
    {
      name: 'by_struct',
      type: { type: 'map', key: { type: 'struct', fields: [{ name: 'a', type: 'int' }] }, value: 'double' },
    },
  ],
};

/** What a line must look like, letter by letter. */
const EXACT = [
  '{"id":9223372036854775807,"flag":true,"small":-2147483648,"single":0.10000000149011612,"twice":-0.0,' +
    '"exact":"1234567890123456789012345678.0123456789","whole":"-99999","day":"1969-12-31",' +
    '"clock":"23:59:59.999999","local":"1969-12-31T23:59:59.999999","moment":"2026-11-23T10:00:00.000001Z",' +
    '"local_ns":"1969-12-31T23:59:59.999999999","moment_ns":"2026-11-23T10:00:00.000000001Z",' +
    '"text":"é \\u0000 \\"\\\\\\n 𝄞 \u2028","key":"f79c3e09-677c-4bbd-a479-3f349cb785e7","four":"AQL/AA==","bytes":"",' +
    '"tags":["12345678901234567.10",null],"place":{"x":"NaN","deep":[{"n":-9223372036854775808},null]},' +
    '"by_name":{"2":null,"10":9007199254740993,"__proto__":1},"by_number":{"9223372036854775807":"/w=="},' +
    '"by_bytes":{"AQI=":"x"},"by_struct":[{"key":{"a":1},"value":"-Infinity"}]}',
  '{"id":-1,"flag":null,"small":null,"single":"Infinity","twice":5e-324,"exact":null,"whole":null,"day":null,' +
    '"clock":null,"local":null,"moment":null,"local_ns":null,"moment_ns":null,"text":"","key":null,"four":null,' +
    '"bytes":null,"tags":[],"place":{"x":null,"deep":null},"by_name":{},"by_number":null,"by_bytes":null,' +
    '"by_struct":null}',
];

describe('rows of every type', () => {
  beforeEach(async () => {
    const schema = join(folder, 'schema.json');
    await writeFile(schema, JSON.stringify(ALL_TYPES));
    await printed(['create', table, '--schema', schema, '--format-version', '3']);
    await append(EXACT);
  });

  test('are printed as they were given, to the last digit', async () => {
    expect((await scan()).split('\n')).toEqual([...EXACT, '']);
  });

  test('go from one table into another without a change', async () => {
    const copy = join(folder, `wh${place++}/raw/copy`);
    await printed(['create', copy, '--schema', join(folder, 'schema.json'), '--format-version', '3']);
    await printed(['append', copy, '-'], { input: [await scan()] });
    expect(await printed(['scan', copy])).toBe(await scan());
  });

  test('are one JSON array with --format json, and a table for people on a terminal', async () => {
    const json = await printed(['scan', table, '--format', 'json']);
    expect(json).toBe(`[\n${EXACT.join(',\n')}\n]\n`);
    const none = await printed(['scan', table, '--format', 'json', '--filter', 'id = 5']);
    expect(none).toBe('[]\n');
    const people = await printed(['scan', table, '--columns', 'id,text,four'], { terminal: true });
    expect(people.split('\n')[0]).toMatch(/^\s+id {2}text\s+four$/);
    expect(people).toContain('9223372036854775807');
    expect(people).toContain('AQL/AA==');
  });

  test('are chosen by columns, filter and limit, and counted', async () => {
    expect(await scan('--columns', 'id,_pos', '--filter', 'id < 0')).toBe('{"id":-1,"_pos":1}\n');
    expect(ndjson(await scan('--limit', '1'))).toHaveLength(1);
    expect(await scan('--count')).toBe('2\n');
    expect(await printed(['count', table, '--filter', "text = ''"])).toBe('1\n');
  });

  test('are chosen by fields of structs, by NaN and by what is true', async () => {
    expect(await scan('--columns', 'id,place.x', '--filter', 'place.x is nan and flag')).toBe(
      '{"id":9223372036854775807,"place":{"x":"NaN"}}\n',
    );
    expect(await scan('--columns', 'place.x', '--filter', 'id between -5 and 5')).toBe(
      '{"place":{"x":null}}\n',
    );
    const people = await printed(['scan', table, '--columns', 'place.x,id,place.deep'], { terminal: true });
    expect(people.split('\n')[0]).toMatch(/^\s*place\s+id$/);
    expect((await iceberg(['scan', table, '--filter', 'id in ()'])).code).toBe(2);
    const misspelt = await iceberg(['scan', table, '--filter', 'place.y > 1']);
    expect(misspelt.stderr).toContain('no field "place.y"; the fields of "place" are x, deep');
  });
});

test('numbers may be written in any way that is exact', async () => {
  await create('id long', 'n int', 'd decimal(10, 3)', 'x double', 'f float');
  await append([
    '{"id":"9223372036854775807","n":2.0,"d":1.5e2,"x":1,"f":12345678901234567890}',
    '{"id":1e3,"n":-0,"d":"-1E-3","x":12345678901234567890.5,"f":0.1}',
    '{"id":9007199254740993.0,"n":null,"d":1234567.125,"x":"NaN"}',
  ]);
  expect((await scan()).split('\n')).toEqual([
    '{"id":9223372036854775807,"n":2,"d":"150.000","x":1,"f":12345679395506094000}',
    '{"id":1000,"n":0,"d":"-0.001","x":12345678901234567000,"f":0.10000000149011612}',
    '{"id":9007199254740993,"n":null,"d":"1234567.125","x":"NaN","f":null}',
    '',
  ]);
});

test('doubles and decimals of any size come back as they went in', async () => {
  await create('x double', 'd decimal(38, 12)');
  const decimals = fc
    .tuple(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), fc.nat(12))
    .map(([digits, scale]) => {
      const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
      return `${digits < 0n ? '-' : ''}${text.slice(0, text.length - scale)}${scale === 0 ? '' : `.${text.slice(-scale)}`}`;
    })
    .filter((text) => text.replace(/[-.].*$/, '').length <= 26 && (text.split('.')[0] ?? '').length <= 26);
  const values = fc.sample(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), decimals), {
    seed: 11,
    numRuns: 500,
  });
  const shown = (value: number): string => (Object.is(value, -0) ? '-0.0' : String(value));
  await append(values.map(([x, d]) => `{"x":${shown(x)},"d":${d}}`));
  const rows = (await scan()).trimEnd().split('\n');
  for (const [index, [x, d]] of values.entries()) {
    const found = /^\{"x":(.*),"d":"(.*)"\}$/.exec(rows[index]!)!;
    expect(found[1]).toBe(shown(x));
    const [whole, fraction = ''] = d.split('.');
    expect(found[2]!.replace(/^-(?=[0.]+$)/, '')).toBe(
      `${whole!.replace(/^-0$/, /[1-9]/.test(fraction) ? '-0' : '0')}.${fraction.padEnd(12, '0')}`,
    );
  }
});

describe('an input', () => {
  beforeEach(() => create('id long required', 'name string'));
  const ids = async (): Promise<unknown[]> =>
    (await printedRows(['scan', table])).map((row) => row['id']).sort((a, b) => Number(a) - Number(b));

  test('is NDJSON, gzipped NDJSON, Parquet, an Arrow file or an Arrow stream, several in one commit', async () => {
    const arrow = tableFromArrays({ id: BigInt64Array.of(3n, 4n), name: ['c', null] });
    const other = join(folder, `wh${place++}/raw/other`);
    await printed(['create', other, '--column', 'id long required', '--column', 'name string']);
    await printed(['append', other, '-'], { input: ['{"id":7,"name":"g"}'] });
    const data = (await readdir(other, { recursive: true })).find((name) => name.endsWith('.parquet'))!;
    const files = {
      'a.ndjson': '\ufeff{"id":1,"name":"a"}\r\n\r\n{"id":2}',
      'b.gz': gzipSync('{"id":5}\n{"id":6}\n'),
      'c.arrow': RecordBatchFileWriter.writeAll(arrow).toUint8Array(true),
      'd.bin': RecordBatchStreamWriter.writeAll(arrow).toUint8Array(true),
      'e.parquet': await readFile(join(other, data)),
    };
    const paths = Object.keys(files).map((name) => join(folder, name));
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    const [result] = await printedRows(['append', table, ...paths]);
    expect(result).toMatchObject({ rows: 9, sequence_number: 1 });
    expect(await ids()).toEqual([1, 2, 3, 3, 4, 4, 5, 6, 7]);
    for (const [name, count] of [
      ['c.arrow', 2],
      ['d.bin', 2],
      ['e.parquet', 1],
      ['b.gz', 2],
    ] as const) {
      const bytes = await readFile(join(folder, name));
      // In pieces, as a pipe gives it.
      const input = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, at) =>
        bytes.subarray(at * 100, at * 100 + 100),
      );
      expect(await printedRows(['append', table, '-'], { input })).toMatchObject([{ rows: count }]);
    }
  });

  test('that holds no rows commits nothing', async () => {
    const result = await printedRows(['append', table, '-'], { input: [] });
    expect(result).toEqual([{ snapshot_id: null, sequence_number: null, rows: 0, attempts: 0 }]);
  });

  const ROW = '{"id":1}\n';
  const arrowBytes = (): Uint8Array =>
    RecordBatchStreamWriter.writeAll(tableFromArrays({ id: BigInt64Array.of(1n, 2n) })).toUint8Array(true);
  test.each<[string, () => (string | Uint8Array)[], number, string]>([
    ['no JSON', () => [ROW, '{"id":2,}\n'], 1, 'standard input, line 2: this is no JSON'],
    ['a line cut off', () => [`${ROW}${ROW}{"id"`], 1, 'standard input, line 3: this is no JSON'],
    ['an array over several lines', () => ['[\n{"id":1}\n]\n'], 1, 'write one object a line'],
    ['no object', () => [ROW, '[1]\n'], 1, 'line 2: a row is a JSON object'],
    [
      'bytes that are not UTF-8',
      () => [ROW, Uint8Array.of(0x7b, 0xff, 0x7d, 0x0a)],
      1,
      'line 2: the bytes are not UTF-8',
    ],
    [
      'an unknown column',
      () => [ROW, '{"id":2,"nmae":"x"}\n'],
      2,
      'line 2: There is no column "nmae"; there are id, name. Did you mean "name"?',
    ],
    [
      'a wrong type',
      () => [ROW.repeat(3), '{"id":"x"}\n'],
      1,
      'line 4: The value "x" does not fit column "id" of type long',
    ],
    [
      'a number of too many digits',
      () => ['{"id":9223372036854775808}\n'],
      1,
      'line 1: The value 9223372036854775808',
    ],
    ['no value where one is required', () => [ROW, '{"name":"x"}\n'], 1, 'line 2: Column "id" is required'],
    ['damaged gzip', () => [gzipSync(ROW.repeat(1000)).subarray(0, 40)], 1, 'not sound gzip'],
    ['an Arrow stream cut off', () => [arrowBytes().subarray(0, -60)], 1, 'cannot be read as Arrow'],
    [
      'a Parquet file cut off',
      () => [Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(100)])],
      1,
      '[CORRUPT_FILE]',
    ],
    [
      'an Arrow column of another type',
      () => [RecordBatchStreamWriter.writeAll(tableFromArrays({ id: ['x'] })).toUint8Array(true)],
      1,
      '[TYPE_MISMATCH]',
    ],
  ])(
    'with %s is refused, told with its place, and leaves no snapshot and no file',
    async (_name, input, code, message) => {
      const files = async (): Promise<string[]> => (await readdir(table, { recursive: true })).sort();
      const before = await files();
      const result = await iceberg(['append', table, '-'], { input: input() });
      expect(result.stderr).toContain(message);
      expect(result).toMatchObject({ code, stdout: '' });
      const left = (await files()).filter((name) => /\.(parquet|avro|json)$/.test(name));
      expect(left).toEqual(before.filter((name) => /\.(parquet|avro|json)$/.test(name)));
    },
  );

  test('in the other columns: fields a struct lacks are refused, and so are numbers for times', async () => {
    table = join(folder, `wh${place++}/raw/t`);
    const schema = {
      fields: [
        { name: 'p', type: { type: 'struct', fields: [{ name: 'lat', type: 'double' }] } },
        { name: 'at', type: 'timestamptz' },
        { name: 'f', type: 'float' },
      ],
    };
    await writeFile(join(folder, 'nested.json'), JSON.stringify(schema));
    await printed(['create', table, '--schema', join(folder, 'nested.json')]);
    const refused = async (line: string): Promise<string> =>
      (await iceberg(['append', table, '-'], { input: [line] })).stderr;
    expect(await refused('{"p":{"lat":1,"lon":2}}')).toContain(
      'There is no field "p.lon"; there are below it lat.',
    );
    expect(await refused('{"at":1764000000000}')).toContain('which is written as text');
    expect(await refused('{"at":"2026-11-23T10:00:00"}')).toContain('TYPE_MISMATCH');
    expect(await refused('{"f":1e39}')).toContain('does not fit column "f"');
    expect(await refused('{"p":[1]}')).toContain('does not fit column "p"');
  });
});

test('a large input is read and printed piece by piece', async () => {
  await create('id long', 'text string');
  const path = join(folder, 'large.ndjson');
  const stream = createWriteStream(path);
  for (let id = 0; id < 30_000; id++) stream.write(`{"id":${id},"text":"${'x'.repeat(id % 90)}"}\n`);
  await new Promise((resolve) => stream.end(resolve));
  expect(await printedRows(['append', table, path])).toMatchObject([{ rows: 30_000 }]);
  const rows = ndjson(await scan('--columns', 'id'));
  expect(new Set(rows.map((row) => row['id'])).size).toBe(30_000);
  const people = (await printed(['scan', table, '--format', 'table', '--columns', 'id', '--limit', '250']))
    .trimEnd()
    .split('\n');
  expect(people.filter((line) => line.trim() === 'id')).toHaveLength(3);
  expect(people).toHaveLength(250 + 3 + 2);
});

test('a table is told by its rows, files, columns and snapshots', async () => {
  await printed([
    'create',
    table,
    '--column',
    'id long required',
    '--column',
    'v string',
    '--partition-by',
    'id',
  ]);
  await append(['{"id":1,"v":"a"}', '{"id":2,"v":"b"}']);
  await append(['{"id":2,"v":"c"}']);
  await printed(['delete', table, '--filter', "v = 'b'", '--mode', 'merge-on-read']);
  expect(await printedRows(['scan', table, '--filter', 'id = 2'])).toEqual([{ id: 2, v: 'c' }]);
  expect(await printedRows(['schema', table])).toEqual([
    { id: 1, name: 'id', type: 'long', required: true, doc: null },
    { id: 2, name: 'v', type: 'string', required: false, doc: null },
  ]);
  const snapshots = await printedRows(['snapshots', table]);
  expect(snapshots.map(({ operation, current }) => [operation, current])).toEqual([
    ['append', false],
    ['append', false],
    [expect.stringMatching(/^(delete|overwrite)$/), true],
  ]);
  const files = await printedRows(['files', table]);
  expect(files.map(({ records, partition }) => ({ records, partition }))).toEqual(
    expect.arrayContaining([
      { records: 1, partition: { id: 1 } },
      { records: 1, partition: { id: 2 } },
    ]),
  );
  for (const { file, bytes } of files) expect((await readFile(String(file))).length).toBe(bytes);
  const first = String(/"snapshot_id":(\d+)/.exec(await printed(['snapshots', table]))![1]);
  expect(await printedRows(['files', table, '--snapshot', first])).toHaveLength(2);
});

test('changes are told by key, and a table of two writers keeps its catalog', async () => {
  await create('id long required', 'v string');
  await append(['{"id":1,"v":"a"}', '{"id":2,"v":"b"}']);
  const [first] = [...(await printed(['snapshots', table])).matchAll(/"snapshot_id":(\d+)/g)].map(
    ([, id]) => id!,
  );
  await printed(['upsert', table, '-', '--key', 'id'], { input: ['{"id":2,"v":"B"}\n{"id":3,"v":"c"}\n'] });
  const dry = await printedRows(['delete', table, '--filter', 'id = 1', '--dry-run']);
  expect(dry).toEqual([{ rows: 1, dry_run: true }]);
  await printed(['delete', table, '--filter', 'id = 1']);
  const changes = await printedRows(['changes', table, '--from', first!, '--key', 'id']);
  expect(changes.map((row) => [row['id'], row['v'], row['_change_type'], row['_change_ordinal']])).toEqual(
    expect.arrayContaining([
      [2, 'b', 'update_before', 0],
      [2, 'B', 'update_after', 0],
      [3, 'c', 'insert', 0],
      [1, 'a', 'delete', 1],
    ]),
  );
  expect(changes).toHaveLength(4);
  expect(await printed(['changes', table, '--count'])).toBe('6\n');
  const { name, namespace } = (await new FolderCatalog({ warehouse: join(table, '../..') }).listTables())[0]!;
  expect({ name, namespace }).toEqual({ name: 't', namespace: 'raw' });
  expect(
    await printedRows(['scan', table, '--as-of', new Date().toISOString(), '--columns', 'id']),
  ).toHaveLength(2);
  expect(await printedRows(['scan', table, '--snapshot', first!, '--columns', 'id'])).toHaveLength(2);
});
