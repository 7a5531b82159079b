import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DemoReport } from '../demo/demo-report.js';
import { spawnCommand } from './spawn-command.js';

/** Several of these start a whole platform in a process of its own, perhaps on a busy machine. */
const PATIENCE_MS = 240_000;
vi.setConfig({ testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-spawned-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function ndjson(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the lean-ops program', () => {
  it('says what it is and refuses what it is not', async () => {
    expect(await spawnCommand(['--version'])).toMatchObject({ code: 0, stderr: '' });
    const unknown = await spawnCommand(['flaten']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('Did you mean flatten?');
  });

  it('flattens a stream and stops quietly when its reader goes away', async () => {
    const line = `${JSON.stringify({ a: { b: 'x'.repeat(200) } })}\n`;
    const all = await spawnCommand(['flatten'], { input: line.repeat(500) });
    expect(all.code).toBe(0);
    expect(ndjson(all.stdout)).toHaveLength(500);
    const cut = await spawnCommand(['flatten'], { input: line.repeat(100_000), closeStdoutAfter: 1000 });
    expect(cut).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('lean-ops demo', () => {
  const DEMO = ['demo', '--events', '2000', '--seed', '5', '--rounds', '2'];
  let out: string;
  let first: Awaited<ReturnType<typeof spawnCommand>>;

  beforeAll(async () => {
    out = join(folder, 'demo');
    first = await spawnCommand([...DEMO, '--out', out]);
  });

  const report = async (): Promise<DemoReport> =>
    JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as DemoReport;
  const wh = (...names: string[]): string => join(out, 'warehouse', ...names);

  /** Everything but which snapshot of its source a row was read at: snapshot ids are random. */
  async function rowsOfAllLayers(): Promise<Record<string, string[]>> {
    const tables = [
      'raw/meter_readings_staging',
      'standardized/meter_readings',
      'curated/meter_readings_errors',
    ];
    const rows: Record<string, string[]> = {};
    for (const table of [...tables, 'standardized/meter_readings_parse_errors', 'curated/meter_readings']) {
      const { stdout } = await spawnCommand(['table', 'scan', wh(table)]);
      rows[table] = stdout
        .replaceAll(/"_source_snapshot_id":\d+/g, '')
        .split('\n')
        .sort();
    }
    return rows;
  }

  it('accounts for every record and captures every fault', async () => {
    expect(first.stderr).not.toContain('error');
    expect(first.stdout).toContain('Every record is accounted for.');
    expect(first.code).toBe(0);
    const { balanced, topics, faults } = await report();
    expect(balanced).toBe(true);
    expect(topics.map(({ topic }) => topic)).toEqual([
      'device_telemetry',
      'meter_readings',
      'vehicle_positions',
    ]);
    for (const figures of topics) {
      const { raw, standardized, copies, superseded, parseErrors, curated, openErrors } = figures;
      expect(Object.values(figures).slice(1).every(Number.isSafeInteger)).toBe(true);
      expect(raw).toBe(standardized + copies + superseded + parseErrors);
      expect(standardized).toBe((curated ?? 0) + (openErrors ?? 0));
      expect(Math.min(copies, superseded, parseErrors, openErrors ?? 0, figures.quarantined)).toBeGreaterThan(
        0,
      );
    }
    expect(faults.length).toBeGreaterThan(30);
    for (const fault of faults) expect(fault.captured, fault.class).toBe(fault.injected);
  });

  it('has a line per topic and per fault class', () => {
    for (const word of [
      'device_telemetry',
      'cde-violation',
      'malformed-body-truncated',
      'quarantine',
      'injected',
    ]) {
      expect(first.stdout).toContain(word);
    }
  });

  it('leaves tables that the table commands read, exactly', async () => {
    const { topics } = await report();
    const meters = topics.find(({ topic }) => topic === 'meter_readings');
    const scan = await spawnCommand(['table', 'scan', wh('curated', 'meter_readings')]);
    expect(scan.code).toBe(0);
    const rows = ndjson(scan.stdout);
    expect(rows).toHaveLength(meters?.curated ?? -1);
    expect(scan.stdout).toMatch(/"pulse_count":90071992\d{8,}/);
    expect(rows[0]?.['total_kwh']).toMatch(/^\d+\.\d{3}$/);
    expect(rows[0]?.['event_timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|\+00:00)$/);
    const some = await spawnCommand([
      'table',
      'scan',
      wh('curated', 'meter_readings'),
      '--columns',
      'event_id,voltage_l1',
      '--filter',
      'voltage_l1 >= 240',
      '--limit',
      '7',
    ]);
    const chosen = ndjson(some.stdout);
    expect(chosen).toHaveLength(7);
    for (const row of chosen) {
      expect(Object.keys(row)).toEqual(['event_id', 'voltage_l1']);
      expect(row['voltage_l1']).toBeGreaterThanOrEqual(240);
    }
  });

  it('shows schema, snapshots and files, and an older snapshot', async () => {
    const table = wh('standardized', 'meter_readings');
    const schema = ndjson((await spawnCommand(['table', 'schema', table])).stdout);
    expect(schema).toContainEqual(
      expect.objectContaining({ name: '_merge_key', type: 'string', required: true }),
    );
    const snapshots = await spawnCommand(['table', 'snapshots', table]);
    const ids = [...snapshots.stdout.matchAll(/"snapshot_id":(\d+)/g)].map(([, id]) => id ?? '');
    expect(ids.length).toBeGreaterThan(1);
    const files = ndjson((await spawnCommand(['table', 'files', table])).stdout);
    expect(files.length).toBeGreaterThan(0);
    const rowsAt = async (...more: string[]): Promise<number> =>
      ndjson((await spawnCommand(['table', 'scan', table, '--columns', '_merge_key', ...more])).stdout)
        .length;
    expect(await rowsAt('--snapshot', ids[0] ?? '')).toBeLessThan(await rowsAt());
    const people = await spawnCommand(['table', 'snapshots', table, '--format', 'table', '--limit', '1']);
    expect(people.stdout).toContain('sequence_number');
    expect(people.stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  it.each([
    [['--columns', 'no_such'], 'no_such'],
    [['--filter', 'voltage_l1 >'], ''],
    [['--filter', "nothing = 'x'"], 'nothing'],
    [['--snapshot', '1'], '1'],
  ])('tells what is wrong with scan %j', async (options, said) => {
    const { code, stdout, stderr } = await spawnCommand([
      'table',
      'scan',
      wh('curated', 'meter_readings'),
      ...options,
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(said);
  });

  it('lays a long table out in pages, each under the headings', async () => {
    const raw = wh('raw', 'meter_readings_staging');
    const rows = ndjson((await spawnCommand(['table', 'scan', raw])).stdout).length;
    expect(rows).toBeGreaterThan(500);
    const args = ['table', 'scan', raw, '--columns', 'sqs_message_id', '--format', 'table'];
    const lines = (await spawnCommand(args)).stdout.trimEnd().split('\n');
    const pages = Math.ceil(rows / 100);
    expect(lines.filter((line) => line === 'sqs_message_id')).toHaveLength(pages);
    expect(lines).toHaveLength(rows + pages + pages - 1);
  });

  it('survives a reader that goes away in the middle of a scan', async () => {
    const cut = await spawnCommand(['table', 'scan', wh('standardized', 'meter_readings')], {
      closeStdoutAfter: 1,
    });
    expect(cut).toMatchObject({ code: 0, stderr: '' });
  });

  it('can be reconciled and asked for its status afterwards', async () => {
    const reconcile = await spawnCommand(['reconcile', '--warehouse', wh(), '--json']);
    expect(reconcile.code).toBe(0);
    expect(JSON.parse(reconcile.stdout)).toMatchObject({ balanced: true });
    const status = await spawnCommand(['status', '--warehouse', wh()]);
    expect(status.code).toBe(0);
    for (const word of ['curated.meter_readings', 'raw.device_telemetry_staging', 'enabled', '1.0.0']) {
      expect(status.stdout).toContain(word);
    }
    const unknown = await spawnCommand(['reconcile', '--warehouse', wh(), '--topics', 'nobody']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain(
      '"nobody" is not registered and was never sent to; known are: device_telemetry',
    );
  });

  it('is replaced by a demo of the same seed, which gives the same report and the same rows', async () => {
    const before = await readFile(join(out, 'report.json'), 'utf8');
    const rowsBefore = await rowsOfAllLayers();
    await writeFile(join(out, 'notes.txt'), 'mine');
    const again = await spawnCommand([...DEMO, '--out', out, '--json']);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(before));
    expect(await readFile(join(out, 'report.json'), 'utf8')).toBe(before);
    expect(await rowsOfAllLayers()).toEqual(rowsBefore);
    expect(await readdir(out)).toContain('notes.txt');
  });
});

describe('lean-ops run', () => {
  it('reads what generate wrote, and the same file twice adds copies and no rows', async () => {
    const generated = join(folder, 'generated');
    const warehouse = join(folder, 'run');
    await spawnCommand([
      'generate',
      '--events',
      '600',
      '--seed',
      '3',
      '--rounds',
      '2',
      '--topics',
      'user-logins',
      '--out',
      generated,
    ]);
    const run = (): ReturnType<typeof spawnCommand> =>
      spawnCommand([
        ...['run', '--warehouse', warehouse, '--input', generated, '--topic', 'user-logins', '--json'],
        ...['--contract', join(generated, 'contracts', 'user-logins.json')],
      ]);
    const first = await run();
    expect(first.stderr).not.toContain('error');
    expect(first.code).toBe(0);
    const second = await run();
    expect(second.code).toBe(0);
    // Messages to queues of no topic are accounted for too.
    const { topics } = JSON.parse(first.stdout) as { topics: { topic: string; balanced: boolean }[] };
    expect(topics).toMatchObject([
      { topic: 'user_logins', balanced: true },
      { topic: 'unknown', balanced: true },
    ]);
    const unknown = await spawnCommand(['reconcile', '--warehouse', warehouse, '--topics', 'unknown']);
    expect(unknown).toMatchObject({ code: 0, stderr: '' });
    const [one, two] = [first, second].map(
      ({ stdout }) => (JSON.parse(stdout) as { topics: Record<string, number>[] }).topics[0] ?? {},
    );
    for (const name of ['messages', 'standardized', 'curated', 'openErrors', 'superseded', 'quarantined']) {
      expect(two?.[name], name).toBe(one?.[name]);
    }
    expect(two?.['raw']).toBe(2 * (one?.['raw'] ?? 0));
    expect(two?.['copies']).toBeGreaterThan(one?.['raw'] ?? 0);
  });

  it('takes plain events from a folder of files, malformed lines included, and balances', async () => {
    const input = join(folder, 'events');
    const warehouse = join(folder, 'plain');
    await mkdir(join(input, 'more'), { recursive: true });
    await writeFile(
      join(input, 'a.ndjson'),
      '\ufeff{"idempotency_key":"1","v":1.10}\r\n\nnot json\n{"idempotency_key":"2"}',
    );
    await writeFile(join(input, 'more', 'b.jsonl'), '{"idempotency_key":"1","v":2}\n');
    await writeFile(join(input, 'readme.txt'), 'no events');
    const args = ['run', '--warehouse', warehouse, '--input', input, '--topic', 'notes'];
    const { code, stdout, stderr } = await spawnCommand([...args, '--json']);
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      events: 4,
      topics: [
        {
          topic: 'notes',
          messages: 4,
          quarantined: 1,
          raw: 3,
          standardized: 2,
          superseded: 1,
          curated: null,
        },
      ],
    });
    const wrongTopic = await spawnCommand([
      'run',
      '--warehouse',
      warehouse,
      '--input',
      input,
      '--topic',
      'Notes!',
    ]);
    expect(wrongTopic.code).toBe(2);
    const bytes = join(folder, 'bytes.ndjson');
    await writeFile(bytes, Buffer.from([0x7b, 0x7d, 0x0a, 0xff, 0xfe, 0x0a]));
    const broken = await spawnCommand([
      'run',
      '--warehouse',
      warehouse,
      '--input',
      bytes,
      '--topic',
      'notes',
    ]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain(`${bytes}, line 2: the bytes are not UTF-8`);
  });

  it('refuses a warehouse of a newer format', async () => {
    const warehouse = join(folder, 'plain');
    const marker = join(warehouse, '.lean-ops', 'warehouse.json');
    const text = await readFile(marker, 'utf8');
    await writeFile(marker, text.replace(/("formatVersion":\s*)1/, '$199'));
    const { code, stderr } = await spawnCommand(['status', '--warehouse', warehouse]);
    await writeFile(marker, text);
    expect(code).toBe(1);
    expect(stderr).toContain('99');
    expect(stderr).toMatch(/^error: .*\[WAREHOUSE_VERSION\]\n$/);
    expect((await stat(marker)).isFile()).toBe(true);
  });
});
