import type { NewType, Table } from '../../src/index.js';

/** A value as `read_tables.py` prints it. */
export type Canonical = string | null | Canonical[];

/** The rows of a table in the canonical form that `read_tables.py` prints, sorted. */
export async function canonicalRows(table: Table): Promise<Canonical[][]> {
  const { fields } = table.schema();
  const rows: Canonical[][] = [];
  for await (const row of table.scan().rows()) {
    rows.push(fields.map((field) => canonical(row[field.name], field.type)));
  }
  return sortRows(rows);
}

export function sortRows(rows: Canonical[][]): Canonical[][] {
  return rows.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

/** A value of `scan().rows()` in the canonical form. */
export function canonical(value: unknown, type: NewType): Canonical {
  if (value === null) return null;
  if (typeof type !== 'string') return nested(value, type);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (type === 'float' || type === 'double') return doubleHex(value as number);
  if (type === 'uuid') return (value as string).replaceAll('-', '');
  if (type === 'date') return String(Date.parse(`${value}T00:00:00Z`) / 86_400_000);
  if (type.startsWith('timestamp')) return micros(value as string);
  if (type === 'time') return micros(`1970-01-01T${value}`);
  return String(value);
}

function nested(value: unknown, type: Exclude<NewType, string>): Canonical {
  if (type.type === 'list') return (value as unknown[]).map((item) => canonical(item, type.element));
  if (type.type === 'struct') {
    const record = value as Record<string, unknown>;
    return type.fields.map((field) => canonical(record[field.name], field.type));
  }
  const pairs = Array.from(value as Map<unknown, unknown>, ([key, item]) => [
    canonical(key, type.key),
    canonical(item, type.value),
  ]);
  return pairs.sort(([left], [right]) => (String(left) < String(right) ? -1 : 1));
}

function micros(text: string): string {
  const [seconds, fraction = ''] = text.replace('Z', '').split('.');
  return String(BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0')));
}

function doubleHex(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}
