import { type Data, DataType, TimeUnit, type Vector } from 'apache-arrow';

/**
 * Reads a column cell by cell as the ground truth spells values: numbers and decimals with all their digits, instants
 * in UTC with six fractional digits. Only what is asked for is decoded.
 *
 * @throws {TypeError} for a column of another type.
 */
export function columnText(vector: Vector): (row: number) => string | null {
  const { type } = vector;
  if (DataType.isUtf8(type)) return (row) => vector.get(row) as string | null;
  if (DataType.isBool(type) || DataType.isInt(type) || DataType.isFloat(type)) {
    return (row) => {
      const value: unknown = vector.get(row);
      return value === null ? null : String(value);
    };
  }
  if (DataType.isDecimal(type))
    return (row) => decimalText(vector.get(row) as Uint32Array | null, type.scale);
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND) {
    // Arrow's own getter gives milliseconds.
    const [data] = vector.data as readonly Data[];
    const micros = data?.values as BigInt64Array;
    return (row) => (vector.isValid(row) ? instantText(micros[row] ?? 0n) : null);
  }
  throw new TypeError(`the ground truth has no spelling for a column of type ${String(type)}`);
}

function decimalText(words: Uint32Array | null, scale: number): string | null {
  if (words === null) return null;
  const bits = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(words.length * 32, bits);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

function instantText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((micros - fraction) / 1_000_000n);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(fraction).padStart(6, '0')}Z`;
}
