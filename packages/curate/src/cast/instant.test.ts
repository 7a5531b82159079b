import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareInstants, type ExactInstant, parseInstantExact } from './instant.js';

/** More digits of a second than any value here has. */
const DIGITS = 30;
const SECOND = 10n ** BigInt(DIGITS);
const FIRST = BigInt(Date.parse('0001-01-02T00:00:00Z') / 1000);
const LAST = BigInt(Date.parse('9999-12-30T23:59:59Z') / 1000);

const digits = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 24 }).map((each) => each.join(''));
const seconds = fc.oneof(
  fc.bigInt({ min: FIRST, max: LAST }),
  fc.bigInt({ min: -100_000n, max: 100_000n }),
  fc.constantFrom(0n, -1n, 1_767_225_600n),
);
/** An instant: whole seconds since the epoch and the digits behind them. */
const instant = fc.record({ seconds, fraction: digits });
type Instant = { seconds: bigint; fraction: string };

const exact = ({ seconds, fraction }: Instant): bigint =>
  seconds * SECOND + BigInt(fraction.padEnd(DIGITS, '0') || '0');

/** The instant as RFC 3339, seen from an offset of some minutes. */
function rfc3339(
  { seconds, fraction }: Instant,
  minutes: number,
  [separator, zulu]: [string, string],
): string {
  const local = new Date(Number(seconds + BigInt(minutes * 60)) * 1000).toISOString();
  const sign = minutes < 0 ? '-' : '+';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  const zone = minutes === 0 ? zulu : `${sign}${hours}:${rest}`;
  return `${local.slice(0, 10)}${separator}${local.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`}${zone}`;
}

function read(text: string, epoch?: 'seconds' | 'millis' | 'micros'): ExactInstant {
  const found = parseInstantExact(Buffer.from(text), { epoch });
  if (typeof found === 'string') throw new Error(`${text}: ${found}`);
  return found;
}

const spelling = fc.tuple(
  fc.integer({ min: -1439, max: 1439 }),
  fc.tuple(fc.constantFrom('T', 't', ' '), fc.constantFrom('Z', 'z', '+00:00', '-00:00')),
);

test('an instant is the same however it is spelled, and compares by every digit of its fraction', () => {
  fc.assert(
    fc.property(instant, instant, fc.boolean(), spelling, spelling, (one, other, near, left, right) => {
      const second = near ? { ...other, seconds: one.seconds } : other;
      const [a, b] = [read(rfc3339(one, ...left)), read(rfc3339(second, ...right))];
      expect(a.micros).toBe(one.seconds * 1_000_000n + BigInt(one.fraction.slice(0, 6).padEnd(6, '0')));
      expect(a.beyond).toBe(one.fraction.slice(6).replace(/0+$/, ''));
      const difference = exact(one) - exact(second);
      expect(Math.sign(compareInstants(a, b))).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      expect(compareInstants(a, read(rfc3339(one, ...right)))).toBe(0);
    }),
    { seed: 31, numRuns: 5_000 },
  );
});

test('a number of the epoch is the instant that its unit says, below zero and beyond the microsecond too', () => {
  const units = [
    ['seconds', 0],
    ['millis', 3],
    ['micros', 6],
  ] as const;
  fc.assert(
    fc.property(instant, fc.constantFrom(...units), spelling, (given, [unit, shift], spelled) => {
      const scaled = exact(given);
      const magnitude = String(scaled < 0n ? -scaled : scaled).padStart(DIGITS + 1, '0');
      const whole = magnitude.slice(0, magnitude.length - DIGITS + shift).replace(/^0+(?=\d)/, '');
      const fraction = magnitude.slice(magnitude.length - DIGITS + shift).replace(/0+$/, '');
      const text = `${scaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
      expect(compareInstants(read(text, unit), read(rfc3339(given, ...spelled), unit))).toBe(0);
    }),
    { seed: 32, numRuns: 5_000 },
  );
});
