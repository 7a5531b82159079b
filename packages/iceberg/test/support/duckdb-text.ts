import type { IcebergType, PrimitiveType } from '../../src/index.js';

const NAMES: Partial<Record<PrimitiveType, string>> = {
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  string: 'VARCHAR',
  uuid: 'UUID',
  binary: 'BLOB',
};

/** DuckDB's name of a primitive type. */
export function duckdbType(type: IcebergType): string {
  if (typeof type !== 'string') throw new Error('only primitive types are compared with DuckDB');
  if (type.startsWith('fixed')) return 'BLOB';
  if (type.startsWith('decimal')) return type.replace('decimal', 'DECIMAL').replace(' ', '');
  const name = NAMES[type];
  if (name === undefined) throw new Error(`DuckDB has no ${type}`);
  return name;
}

/** A value of `scan.rows()` as DuckDB casts it to text. */
export function duckdbText(value: unknown, type: IcebergType): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Array.from(value, blobByte).join('');
  if (type === 'float') return floatText(shortestFloat(value as number));
  if (type === 'double') return floatText(String(value));
  if (type === 'time') return withoutZeros(value as string);
  if (typeof type === 'string' && type.startsWith('timestamp')) {
    const [date, time] = (value as string).replace('Z', '').split('T');
    return `${date} ${withoutZeros(time!)}${type === 'timestamptz' ? '+00' : ''}`;
  }
  return String(value);
}

function blobByte(byte: number): string {
  const printable = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
  return printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function withoutZeros(time: string): string {
  return time.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') || time.includes('.') ? '' : zeros));
}

function floatText(text: string): string {
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The fewest digits that give the same 32-bit float. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
