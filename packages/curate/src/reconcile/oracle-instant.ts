/** An instant as whole microseconds and the digits behind, which compare as text. */
export type OracleInstant = readonly [micros: bigint, beyond: string];

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))?$/;
const NUMBER = /^(-?)(0|[1-9]\d{0,17})(?:\.(\d+))?$/;
const DECIMALS = { seconds: 6, millis: 3, micros: 0 } as const;
const DAY = 86_400_000;
const FIRST = BigInt(Date.parse('0001-01-01T00:00:00Z')) * 1000n;
const END = (BigInt(Date.parse('9999-12-31T00:00:00Z')) + BigInt(DAY)) * 1000n;

export interface OracleInstantOptions {
  readonly assumeUtc: boolean;
  readonly epoch?: 'seconds' | 'millis' | 'micros' | undefined;
}

/**
 * Reads an instant in the plainest way, with the language's own calendar. It shares no code with the jobs: where both
 * are wrong, they are wrong in different places.
 */
export function oracleInstant(
  text: string,
  { assumeUtc, epoch }: OracleInstantOptions,
): OracleInstant | null {
  const number = NUMBER.exec(text);
  if (number !== null) return epoch === undefined ? null : fromEpoch(number, DECIMALS[epoch]);
  const parts = RFC3339.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zulu, sign, offsetHour, offsetMinute] =
    parts;
  if (zulu === undefined && sign === undefined && !assumeUtc) return null;
  const leap = second === '60';
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const valid = year !== '0000' && !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
  if (!valid || Number(hour) > 23 || Number(minute) > 59 || (Number(second) > 59 && !leap)) return null;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return null;
  const offset =
    (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * (sign === '-' ? -60_000 : 60_000);
  const clock = ((Number(hour) * 60 + Number(minute)) * 60 + (leap ? 59 : Number(second))) * 1000;
  const start = date.getTime() + clock - offset;
  const micros = BigInt(start) * 1000n;
  if (micros < FIRST || micros >= END) return null;
  if (leap) return isMonthEnd(start) ? [micros + 999_999n, `~${digits(fraction, 6).join('')}`] : null;
  const [whole, beyond] = digits(fraction, 6);
  return [micros + BigInt(whole), beyond];
}

/** A leap second follows the last second of a month, in UTC. */
function isMonthEnd(start: number): boolean {
  const next = new Date(start + 1000);
  return next.getTime() % DAY === 0 && next.getUTCDate() === 1;
}

function fromEpoch(
  [, minus, whole = '', fraction = '']: RegExpExecArray,
  decimals: number,
): OracleInstant | null {
  // As a rational over 10^-n µs, rounded down: what is left is positive also before 1970.
  const scale = Math.max(fraction.length, decimals);
  const unit = 10n ** BigInt(scale - decimals);
  const value = BigInt(whole + fraction.padEnd(scale, '0')) * (minus === '-' ? -1n : 1n);
  const micros = value >= 0n ? value / unit : -((-value + unit - 1n) / unit);
  const rest = (value - micros * unit).toString().padStart(scale - decimals, '0');
  if (micros < FIRST || micros >= END) return null;
  return [micros, trimmed(rest)];
}

/** The first `count` digits of a fraction, padded, and those behind without trailing zeros. */
function digits(fraction: string, count: number): [string, string] {
  return [fraction.slice(0, count).padEnd(count, '0'), trimmed(fraction.slice(count))];
}

/** Without zeros at the end, in one pass: producers may send any number of digits. */
function trimmed(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
