import { readFileSync } from 'node:fs';
import { CONTRACT_PRIMITIVES, type ContractType } from '@lean-ops/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { castValue } from '../src/cast/cast-value.js';
import { compareInstants, type ExactInstant, parseInstantExact } from '../src/cast/instant.js';
import { CurateError } from '../src/error.js';
import { CAST_CASES } from './cast-cases.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

describe.each(CAST_CASES)('casting to %s', (type, cases) => {
  const named = cases.map(([text, expected, options = {}]) => ({ text, expected, options }));

  it.each(named)('of $text gives $expected', ({ text, expected, options }) => {
    const result = castValue(type, bytes(text), options);
    if (typeof expected === 'object' && 'code' in expected) {
      expect(result).toMatchObject({ ok: false, code: expected.code });
    } else {
      expect(result).toEqual({ ok: true, value: expected });
    }
  });
});

describe('casts in general', () => {
  it('are tried on at least 400 different cases, of every type', () => {
    const cases = CAST_CASES.flatMap(([type, each]) =>
      each.map(([text, , options]) => JSON.stringify([type, text, options])),
    );
    expect(new Set(cases).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(400);
    const types = new Set(CAST_CASES.map(([type]) => type.replace(/\(.*/, '')));
    expect([...types].sort()).toEqual([...CONTRACT_PRIMITIVES, 'decimal'].sort());
  });

  it('fail with every code that there is', () => {
    const found = new Set(
      CAST_CASES.flatMap(([, cases]) => cases).flatMap(([, expected]) =>
        typeof expected === 'object' && 'code' in expected ? [expected.code] : [],
      ),
    );
    const union = readFileSync(new URL('../src/cast/cast-result.ts', import.meta.url), 'utf8');
    const codes = [...union.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code);
    expect([...found].sort()).toEqual(codes.sort());
  });

  it.each(['decimal(0,0)', 'decimal(39,2)', 'decimal(5,6)', 'varchar', ''])('refuse the type %j', (type) => {
    expect(() => castValue(type as ContractType, bytes('1'))).toThrow(CurateError);
  });

  it('take time in step with the digits, also where zeros stand before the last one', () => {
    const long = `1${'0'.repeat(400_000)}1`;
    expect(castValue('decimal(10,2)', bytes(long))).toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(castValue('double', bytes(`0.${long}`))).toMatchObject({ code: 'PRECISION_EXCEEDED' });
    expect(castValue('timestamptz', bytes(`1.${long}`), { epoch: 'seconds' })).toMatchObject({
      code: 'FRACTION_TOO_FINE',
    });
  });

  it('read a view into a larger buffer and nothing around it', () => {
    expect(castValue('int', bytes('1234').subarray(1, 3))).toEqual({ ok: true, value: 23 });
    expect(castValue('uuid', bytes('x123e4567-e89b-12d3-a456-426614174000x').subarray(1, 37)).ok).toBe(true);
  });

  it('give every long back as it was written', () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(long, (value) => castValue('long', bytes(String(value))).ok),
      { seed: 1 },
    );
  });

  it('take every double as JavaScript prints it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(castValue('double', bytes(JSON.stringify(value)))).toEqual({
          ok: true,
          value: value === 0 ? 0 : value,
        });
      }),
      { seed: 2, numRuns: 2_000 },
    );
  });

  it('take every date of the calendar as the platform counts it', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (each) => {
        const iso = each.toISOString();
        expect(castValue('date', bytes(iso.slice(0, 10)))).toEqual({
          ok: true,
          value: Math.floor(each.getTime() / 86_400_000),
        });
        expect(castValue('timestamptz', bytes(iso))).toEqual({
          ok: true,
          value: BigInt(each.getTime()) * 1000n,
        });
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });
});

describe('instants in order', () => {
  /** Strictly rising. */
  const RISING = [
    '1969-12-31T23:59:59.9999990Z',
    '1969-12-31T23:59:59.9999999Z',
    '1970-01-01T01:00:00+01:00',
    '1970-01-01T00:00:00.00000000000000000001Z',
    '1970-01-01T00:00:00.0000001Z',
    '1969-12-31T19:00:00.000001-05:00',
    '2016-12-31T23:59:59.9999999Z',
    '2016-12-31T23:59:60Z',
    '2016-12-31T23:59:60.25Z',
    '2017-01-01T00:59:60.3+01:00',
    '2017-01-01T00:00:00Z',
  ];

  const exact = (text: string, epoch?: 'seconds'): ExactInstant => {
    const instant = parseInstantExact(bytes(text), { epoch });
    if (typeof instant === 'string') throw new Error(`${text}: ${instant}`);
    return instant;
  };

  it('compare exactly, beyond the microsecond and in a leap second', () => {
    for (const [index, text] of RISING.entries()) {
      for (const [other, otherText] of RISING.entries()) {
        expect(Math.sign(compareInstants(exact(text), exact(otherText)))).toBe(Math.sign(index - other));
      }
    }
  });

  it('are equal whatever the offset and the zeros', () => {
    expect(
      compareInstants(exact('2026-01-01T00:00:00.120Z'), exact('2026-01-01T05:30:00.12000000000+05:30')),
    ).toBe(0);
  });

  it('of the epoch count below zero too', () => {
    expect(compareInstants(exact('-0.0000001', 'seconds'), exact('1969-12-31T23:59:59.9999999Z'))).toBe(0);
    expect(compareInstants(exact('-1.5', 'seconds'), exact('1969-12-31T23:59:58.5Z'))).toBe(0);
  });
});
