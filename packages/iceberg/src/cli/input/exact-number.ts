/** A JSON number as it was written, where a double would not keep it. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const withSource = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
};

/** Numbers of up to 15 digits are the same after they were a double. */
const LONG_NUMBER = /[\d.]{16}/;

/** Parses JSON; numbers with too many digits for a double are kept as text. Throws `SyntaxError`. */
export function parseJsonExactly(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return withSource.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && LONG_NUMBER.test(source)
      ? new ExactNumber(source)
      : value,
  );
}

/** A number without an exponent: `1.5e3` is `1500`. `null` for what is no number, or one of absurd length. */
export function plainNumber(text: string): string | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return null;
  const [sign, whole, fraction = '', exponent = '0'] = [match[1]!, match[2]!, match[3], match[4]];
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (digits === '' || Math.abs(point) > 400) return null;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point) || '0'}`;
}

/** The integer that a number is, `2.0` and `1e3` among them, or `null`. */
export function integerOf(text: string): bigint | null {
  const match = /^([+-]?)(\d+)(?:\.0*)?$/.exec(plainNumber(text) ?? '');
  return match === null ? null : BigInt(`${match[1] === '-' ? '-' : ''}${match[2]}`);
}
