import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePythonPeers } from '../../../../../scripts/peers/python.js';
import { startRestCatalog } from '../../../../../scripts/peers/rest-catalog.js';
import { root } from '../../../../../scripts/peers/set-up.js';
import { ensureSpark } from '../../../../../scripts/peers/spark.js';
import { suiteWhere } from '../../../../../test/support/suite-where.js';
import { OurEngine } from './our-engine.js';
import { duckdbEngine, pyicebergEngine, sparkEngine } from './peer-engines.js';
import type { Engines } from './plan.js';
import { PEERS } from './plan.js';
import { type MatrixRow, runMatrix, type Section } from './run-matrix.js';
import { SHAPES } from './shapes.js';

const python = await ensurePythonPeers();
const spark = await ensureSpark();
const reference = await startRestCatalog();
const missing = python.missing ?? spark.missing ?? reference.missing;
/** For looking into one shape or another: parts of their names, with commas between. */
const parts = (process.env['LEAN_OPS_SHAPES'] ?? '').split(',');
const wanted = SHAPES.filter(({ name }) => parts.some((part) => name.includes(part)));
const SECTIONS: readonly Section[] = ['we write', 'they write', 'in turns'];

let engines: Engines | null = null;
let rows: MatrixRow[] = [];

suiteWhere(missing, 'tables written here and by others, read by all', () => {
  beforeAll(async () => {
    const uri = reference.server!.endpoint;
    const ours = new OurEngine(uri);
    await ours.prepare();
    const warehouse = await mkdtemp(join(tmpdir(), 'matrix-'));
    const peers = await Promise.all([
      pyicebergEngine(python.peers!, uri),
      duckdbEngine(python.peers!, uri),
      sparkEngine(spark.peer!, warehouse, uri),
    ]);
    engines = { ours, peers };
    const began = performance.now();
    rows = await runMatrix(wanted, engines, (round) => {
      if (process.env['LEAN_OPS_SHAPES'] !== undefined)
        process.stderr.write(`${round} after ${Math.round(performance.now() - began)} ms\n`);
    });
  }, 1_200_000);

  afterAll(async () => {
    await Promise.all((engines?.peers ?? []).map((peer) => peer.stop()));
    await reference.server?.stop();
    if (rows.length > 0) await report(rows);
  }, 120_000);

  test.each(wanted.map((shape) => [shape.name] as const))(
    'tables of the shape "%s" hold the same rows for everybody',
    (name) => {
      const { cells } = rows.find(({ shape }) => shape.name === name)!;
      const wrong = SECTIONS.flatMap((section) =>
        PEERS.map((peer) => `${section}, ${peer}: ${cells[section][peer]}`),
      ).filter((text) => !/: (same|n\/a: .+)$/s.test(text));
      expect(wrong).toEqual([]);
    },
  );
});

/** Prints the matrix, the reasons below it, and keeps a copy among the results of the tests. */
async function report(matrix: readonly MatrixRow[]): Promise<void> {
  const reasons: string[] = [];
  const short = (cell: string): string => {
    if (cell === 'same') return 'same';
    if (!cell.startsWith('n/a: ')) return 'DIFFERENT';
    const reason = cell.slice('n/a: '.length);
    if (!reasons.includes(reason)) reasons.push(reason);
    return `n/a ${reasons.indexOf(reason) + 1}`;
  };
  const heads = SECTIONS.flatMap((section) => PEERS.map((peer) => `${section}: ${peer}`));
  const table = new Table({
    head: ['shape', ...heads.map((head) => head.replace(': ', '\n'))],
    style: { head: [], border: [], compact: true },
  });
  for (const { shape, cells } of matrix)
    table.push([
      shape.name,
      ...SECTIONS.flatMap((section) => PEERS.map((peer) => short(cells[section][peer]))),
    ]);
  const text = `${table.toString()}\n${reasons.map((reason, at) => `n/a ${at + 1}: ${reason}`).join('\n')}\n`;
  process.stdout.write(text);
  const folder = join(root, 'test-results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'iceberg-matrix.txt'), text);
}
