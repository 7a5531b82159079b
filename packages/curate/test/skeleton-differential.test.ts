import { expect, test, vi } from 'vitest';
import { ChunkScanner } from '../src/flatten/chunk-scanner.js';
import { Flattener } from '../src/flatten/flattener.js';
import { KeyNode } from '../src/flatten/key-trie.js';
import type { ParseFailure } from '../src/flatten/parse-failure.js';
import { RowScanner } from '../src/flatten/row-scanner.js';
import { SkeletonScanner } from '../src/flatten/skeleton-scanner.js';
import { isPresent, type Utf8Column, utf8Column, utf8ColumnOf } from '../src/flatten/utf8-column.js';
import { CHUNK_ROWS } from '../src/flatten/value-chunk.js';
import { BatchDiscovery } from '../src/workers/batch-discovery.js';
import { columnTexts } from '../src/workers/column-texts.js';
import { KeptColumn } from '../src/workers/kept-column.js';
import { JsonDocuments, randomFrom } from './json-documents.js';

const BATCHES = process.env['LEAN_OPS_TEST'] === 'full' ? 3_000 : 50;
const ROWS = 300;
const DEPTH = 3;

const SPACES = ['', '', ' ', '\n\t'];
const KEYS = ['a', 'b', 'long key of many bytes', 'é', 'id', 'n', ''];
const VALUES = [
  '1',
  '-20.5',
  '"abc"',
  '"abcdefgh"',
  '"é abcdef"',
  'true',
  'null',
  '[1,2]',
  '"a\\nbcd"',
  '{}',
  '"ab\\u00e9"',
];

/** Rows made like a few documents: the same members with other values, parts of one put into another, and damaged ones. */
class AlikeDocuments {
  readonly #random: () => number;
  readonly #documents: JsonDocuments;
  readonly #models: Buffer[];

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#documents = new JsonDocuments(seed);
    this.#models = Array.from({ length: 4 }, () => this.#model());
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Mostly an object of keys that differ, one way or another of white space between its parts. */
  #model(): Buffer {
    if (this.#random() < 0.2) return this.#documents.next();
    const space = SPACES[this.#below(SPACES.length)]!;
    return Buffer.from(`${space}${this.#object(1, space)}${space}`);
  }

  #object(depth: number, space: string): string {
    const keys = KEYS.filter(() => this.#random() < 0.6);
    if (this.#random() < 0.3) keys.reverse();
    const members = keys.map((key) => `"${key}":${space}${this.#value(depth, space)}`);
    return `{${members.join(`,${space}`)}}`;
  }

  #value(depth: number, space: string): string {
    const kind = this.#random();
    if (kind < 0.2 && depth < DEPTH) return this.#object(depth + 1, space);
    return VALUES[this.#below(VALUES.length)]!;
  }

  next(): Buffer {
    const kind = this.#random();
    const model = this.#models[this.#below(this.#models.length)]!;
    if (kind < 0.05) return this.#documents.next();
    if (kind < 0.3) return this.#spliced(model, this.#models[this.#below(this.#models.length)]!);
    if (kind < 0.4) return this.#damaged(model);
    return Buffer.from(
      model.toString('latin1').replace(/[0-9]+|(?<=")[a-h]{2,}(?=")/g, (text) => this.#other(text)),
      'latin1',
    );
  }

  #other(text: string): string {
    const length = this.#random() < 0.7 ? text.length : 1 + this.#below(40);
    return Array.from({ length }, () =>
      text.charCodeAt(0) < 0x3a ? 1 + this.#below(9) : 'abcdefgh'.charAt(this.#below(8)),
    ).join('');
  }

  /** Members of two documents in one: keys come twice, objects are left and entered again. */
  #spliced(left: Buffer, right: Buffer): Buffer {
    const cut = (bytes: Buffer): number => {
      const commas = [...bytes.keys()].filter((at) => bytes[at] === 0x2c || bytes[at] === 0x7b);
      return commas.length === 0 ? 0 : commas[this.#below(commas.length)]!;
    };
    return Buffer.concat([left.subarray(0, cut(left)), right.subarray(cut(right))]);
  }

  #damaged(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[this.#below(copy.length)] = this.#below(256);
    return copy.subarray(0, this.#random() < 0.3 ? this.#below(copy.length + 1) : copy.length);
  }
}

interface Found {
  readonly failures: readonly ParseFailure[];
  /** Path and row → text. */
  readonly values: ReadonlyMap<string, string>;
  /** Kind and path → rows. */
  readonly drift: ReadonlyMap<string, number>;
}

/** What the general scanner finds. */
function general(payloads: Utf8Column): Found {
  const { columns, rows, failures, drift } = new Flattener({ maxDepth: DEPTH }).flatten(payloads);
  const values = new Map<string, string>();
  for (const { path, vector } of columns) {
    const texts = utf8Column(vector);
    for (const [index, row] of rows.entries()) note(values, path, row, texts, index);
  }
  const counts = new Map<string, number>();
  for (const { kind, path, count } of drift) {
    if (KINDS.has(kind)) counts.set(`${kind} ${path}`, (counts.get(`${kind} ${path}`) ?? 0) + count);
  }
  return { failures, values, drift: counts };
}

const KINDS: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'DEPTH_LIMIT', 'LONE_SURROGATE']);

function note(values: Map<string, string>, path: string, row: number, texts: Utf8Column, at: number): void {
  if (!isPresent(texts, at)) return;
  const bytes = texts.data.subarray(texts.offsets[at], texts.offsets[at + 1]);
  values.set(`${row} ${path}`, Buffer.from(bytes).toString('latin1'));
}

/** A batch scanner's way of it, batch after batch. */
class ByChunks {
  readonly #discovery = new BatchDiscovery({ maxDepth: DEPTH, maxColumns: 2_000 });
  readonly #scanner: ChunkScanner;

  constructor() {
    const root = KeyNode.root();
    this.#scanner = new ChunkScanner({
      root,
      maxDepth: DEPTH,
      chunk: this.#discovery.chunk,
      general: new RowScanner(root, DEPTH, this.#discovery),
      columnOf: ({ column }) => (column instanceof KeptColumn ? column.number : -1),
    });
  }

  find(payloads: Utf8Column): Found {
    const discovery = this.#discovery;
    discovery.drifts.length = 0;
    const failures: ParseFailure[] = [];
    this.#scanner.begin(payloads);
    for (let row = 0; row < payloads.length; row++) {
      const failure = this.#scanner.scan(row);
      if (failure === null) discovery.keepRow(row);
      else {
        discovery.dropRow();
        failures.push(failure);
      }
      if (row % CHUNK_ROWS === 0 || row % 7 === 0) discovery.takeUp(payloads.data);
    }
    discovery.takeUp(payloads.data);
    const values = new Map<string, string>();
    for (const { column } of discovery.columns) {
      const texts = columnTexts(column.finish(payloads.length));
      for (let row = 0; row < payloads.length; row++) note(values, column.path, row, texts, row);
    }
    const drift = new Map<string, number>();
    for (const { kind, node, count } of discovery.drifts) {
      const key = `${kind} ${node.path()}`;
      if (KINDS.has(kind)) drift.set(key, (drift.get(key) ?? 0) + count);
    }
    return { failures, values, drift };
  }
}

test('rows that are scanned by the skeleton of others give what the general scanner finds in them', () => {
  const quick = vi.spyOn(SkeletonScanner.prototype, 'scan');
  let taken = 0;
  for (let seed = 1; seed <= BATCHES; seed++) {
    const documents = new AlikeDocuments(seed);
    const scanner = new ByChunks();
    for (let batch = 0; batch < 2; batch++) {
      const payloads = utf8ColumnOf(Array.from({ length: ROWS / 2 }, () => documents.next()));
      const [got, want] = [scanner.find(payloads), general(payloads)];
      expect({ seed, ...got }).toEqual({ seed, ...want });
    }
    taken += quick.mock.results.filter(({ value }) => value === true).length;
    quick.mockClear();
  }
  quick.mockRestore();

  expect(taken).toBeGreaterThan(BATCHES * ROWS * 0.2);
});

test('a key or an object that comes twice on a way that no row took before is seen', () => {
  const scanner = new ByChunks();
  const rows = [
    '{"o":{"x":1},"p":2}',
    '{"p":2,"o":{"y":3}}',
    '{"o":{"x":1},"p":2,"o":{"y":3}}',
    '{"p":1,"p":2}',
    '{"p":1,"p":2}',
    '{"o":{"x":1,"z":1}}',
    '{"o":1,"q":2}',
    '{"q":1,"o":{"x":4}}',
    '{"o":1,"q":2,"o":{"x":5}}',
    '{"o":{"x":1},"p":2}',
  ];
  const payloads = utf8ColumnOf(rows);
  for (let turn = 0; turn < 3; turn++) expect(scanner.find(payloads)).toEqual(general(payloads));
});

test('strings, numbers and words at every place of a word are found, whole and cut short', () => {
  const scanner = new ByChunks();
  const long = 'abcdefghijklmnopq';
  const rows: Uint8Array[] = [];
  for (let length = 0; length <= long.length; length++) {
    const text = long.slice(0, length);
    for (const value of [
      `"${text}"`,
      `"${text}\\n${text}"`,
      `"${text}é"`,
      `"${text}\u007f"`,
      `"${text}\\ud83d\\ude00"`,
      `"${text}\\ud83d"`,
      `"${text}\\\\ud"`,
      `1${'0'.repeat(length)}.5`,
      `-0.${'1'.repeat(length + 1)}`,
      '1e5',
      '-1',
      'true',
      'false',
      'null',
      'trux',
      '01',
      '1.',
      '-',
      '[]',
      '[1,{"a":2}]',
      '{}',
      '{"k":1}',
      `"${text}\u0001"`,
      `"${text}`,
    ]) {
      const row = Buffer.from(`{"a":${value},"b":2}`);
      rows.push(row, row.subarray(0, row.length - 1), row.subarray(0, row.length - 7));
    }
  }
  const payloads = utf8ColumnOf(rows);
  for (let turn = 0; turn < 2; turn++) expect(scanner.find(payloads)).toEqual(general(payloads));
});
