import type { NewField, NewType } from '../../../src/index.js';
import type { Row } from './shape.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Values that are easily got wrong, by type; every engine that has the type can write and read them. */
const POOLS: Record<string, readonly unknown[]> = {
  boolean: [true, false, null],
  int: [0, -1, 2 ** 31 - 1, -(2 ** 31), null, 42, -100],
  long: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), null, 2n ** 53n + 1n, -100n],
  float: [
    0.5,
    -1.5,
    null,
    3.4028234663852886e38,
    1.401298464324817e-45,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ],
  double: [0.1, -0, null, Number.NaN, Number.NEGATIVE_INFINITY, 1.7976931348623157e308, 5e-324],
  date: [
    '1970-01-01',
    '1969-12-31',
    '2026-11-23',
    null,
    '0001-01-01',
    '2400-02-29',
    '1969-01-01',
    '9999-12-31',
  ],
  time: ['00:00:00.000000', '23:59:59.999999', null, '12:34:56.000001'],
  timestamp: [
    '1970-01-01T00:00:00.000000',
    '1969-12-31T23:59:59.999999',
    null,
    '2026-11-23T05:30:00.123456',
    '1968-02-29T12:00:00.000001',
    '2400-02-29T23:00:00.000000',
    '1969-12-31T22:59:59.000000',
  ],
  string: [
    'plain',
    'ünïcode €',
    null,
    '😀 emoji',
    '',
    'back\\slash',
    'quo\'te "double"',
    'line\nbreak',
    'a/b=c&d %41',
    '\u{10FFFF}'.repeat(20),
    '\uFFFD'.repeat(17),
  ],
  uuid: [
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
    '00000000-0000-0000-0000-000000000000',
    null,
    'f79c3e09-677c-4bbd-a479-3f349cb785e7',
  ],
  binary: [bytes(255, 0), bytes(), null, bytes(1, 2, 3, 4), new Uint8Array(20).fill(255)],
};

function poolOf(type: string): readonly unknown[] {
  if (type === 'timestamptz') {
    return POOLS['timestamp']!.map((value) => (value === null ? null : `${value}Z`));
  }
  const decimal = /^decimal\((\d+), (\d+)\)$/.exec(type);
  if (decimal) return decimals(Number(decimal[1]), Number(decimal[2]));
  const fixed = /^fixed\[(\d+)\]$/.exec(type);
  if (fixed) {
    const length = Number(fixed[1]);
    return [new Uint8Array(length).fill(255), new Uint8Array(length), null, new Uint8Array(length).fill(128)];
  }
  const pool = POOLS[type];
  if (pool === undefined) throw new Error(`no values of the type ${type}`);
  return pool;
}

function decimals(precision: number, scale: number): (string | null)[] {
  const text = (unscaled: bigint): string => {
    if (scale === 0) return String(unscaled);
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
    return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  };
  const most = 10n ** BigInt(precision) - 1n;
  return [text(0n), text(most), text(-most), null, text(-1n), text(1n), text(-99n)];
}

/** A value of a type; the same number gives the same value. */
export function sampleOf(type: NewType, seed: number): unknown {
  if (typeof type === 'string') {
    const pool = poolOf(type);
    return pool[seed % pool.length];
  }
  // Null now and then, and empty now and then.
  if (seed % 7 === 3) return null;
  if (type.type === 'struct') {
    return Object.fromEntries(type.fields.map((field, at) => [field.name, sampleOf(field.type, seed + at)]));
  }
  const items = Array.from({ length: seed % 3 }, (_, at) => seed + at * 2);
  if (type.type === 'list') return items.map((item) => sampleOf(type.element, item));
  return new Map(items.map((item) => [keyOf(type.key, item), sampleOf(type.value, item)]));
}

/** Keys are never null and never repeated. */
function keyOf(type: NewType, seed: number): unknown {
  if (type === 'string') return `key ${seed}`;
  if (type === 'int') return seed;
  throw new Error(`no keys of the type ${String(type)}`);
}

/** Rows with the given ids; the turn makes the values of a second version differ from the first. */
export function rowsOf(columns: readonly NewField[], ids: readonly number[], turn = 0): Row[] {
  return ids.map((id) =>
    Object.fromEntries(
      columns.map(({ name, type }, at) => [
        name,
        name === 'id' ? BigInt(id) : sampleOf(type, id + at + turn),
      ]),
    ),
  );
}
