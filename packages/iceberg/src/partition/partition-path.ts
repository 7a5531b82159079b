import { formatDate, formatTime, formatTimestamp } from '../type/temporal-text.js';
import type { Value } from '../type/value.js';
import { uuidText } from '../util/bytes.js';
import type { ResolvedPartitionField } from './partition-type.js';

/** Folder of a partition, `day=2026-11-23/region=eu`, for people: readers take values from manifests only. */
export function partitionPath(
  fields: readonly ResolvedPartitionField[],
  values: readonly (Value | null)[],
): string {
  return fields
    .map(
      (field, index) =>
        `${encodeURIComponent(field.name)}=${shortened(encodeURIComponent(valueText(field, values[index] ?? null)))}`,
    )
    .join('/');
}

/** File names have at most 255 bytes. An escape is never cut in two, nor is a character of several. */
function shortened(encoded: string): string {
  let short = encoded.slice(0, 120);
  while (short !== '' && !isWellEncoded(short)) short = short.slice(0, -1);
  return short;
}

function isWellEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function valueText(field: ResolvedPartitionField, value: Value | null): string {
  if (value === null) return 'null';
  const { name } = field.parsed;
  if (name === 'year') return String(1970 + (value as number));
  if (name === 'month') {
    const months = value as number;
    const year = 1970 + Math.floor(months / 12);
    return `${year}-${String((((months % 12) + 12) % 12) + 1).padStart(2, '0')}`;
  }
  if (name === 'hour')
    return formatTimestamp(BigInt(value as number) * 3_600_000_000n, { digits: 6, zoned: false })
      .slice(0, 13)
      .replace('T', '-');
  return plainText(field, value);
}

function plainText(field: ResolvedPartitionField, value: Value): string {
  switch (field.resultType) {
    case 'date':
      return formatDate(value as number);
    case 'time':
      return formatTime(value as bigint, 6);
    case 'timestamp':
    case 'timestamptz':
      return formatTimestamp(value as bigint, { digits: 6, zoned: field.resultType === 'timestamptz' });
    case 'uuid':
      return uuidText(value as Uint8Array);
    default:
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : String(value);
  }
}
