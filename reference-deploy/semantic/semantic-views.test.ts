import type { TopicContract } from '@lean-ops/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS } from './dialect/dialect.js';
import { parseExpression } from './expression/parse.js';
import { ExpressionFault, faultText } from './fault.js';
import { semanticViews, sqlFiles } from './semantic-views.js';

const TRIPS: TopicContract = {
  topic: 'trips',
  version: '1.0.0',
  owner: 'tests',
  columns: {
    vehicle: { type: 'string' },
    km: { type: 'decimal(9,1)' },
    stops: { type: 'int' },
    far: { type: 'decimal(38,0)' },
    fuel: { type: 'float' },
    ended: { type: 'timestamptz' },
    licence: { type: 'string', sensitive: 'last4' },
    pin: { type: 'int', sensitive: 'drop' },
  },
};
const VEHICLES: TopicContract = {
  topic: 'vehicles',
  version: '1.0.0',
  owner: 'tests',
  columns: { vehicle: { type: 'string' }, seats: { type: 'int' } },
};

function faultsOf(text: string, contracts: readonly TopicContract[] = [TRIPS, VEHICLES]): string[] {
  return semanticViews([{ file: 'v.yaml', text }], contracts).faults.map(faultText);
}

/** A view of trips with one column, in line 6 behind `x: `. */
function columnFaults(expression: string): string[] {
  return faultsOf(
    `views:\n  a:\n    description: d\n    from: trips\n    columns:\n      x: ${expression}\n`,
  );
}

function metricFaults(expression: string): string[] {
  return faultsOf(
    `views:\n  a:\n    description: d\n    from: trips\n    metrics:\n      x: ${expression}\n`,
  );
}

describe('expressions that are wrong are refused where they stand', () => {
  it.each([
    ['kms + 1', 10, 'the contract of trips has no column kms: did you mean km?'],
    ['trip.km', 10, 'the view reads no table trip: did you mean trips?'],
    ['pin', 10, 'pin is dropped by its contract: Curated does not have it'],
    ['1 + vehicle', 12, '+ takes numbers, and one side is string'],
    ['km = vehicle', 15, 'is string, and the values before it are decimal(9,1)'],
    ['km and true', 10, 'must be true or false, and is decimal(9,1)'],
    ['lowr(vehicle)', 10, 'there is no function lowr: did you mean lower?'],
    ['lower(km)', 16, 'lower takes a string here, and this is decimal(9,1)'],
    ['lower(vehicle, 1)', 10, 'is called as lower(text), and has 2 arguments here'],
    ['round(km, 2)', 20, 'round takes a whole number from 0 to 1 here'],
    ['substring(vehicle, stops, 1)', 29, 'substring takes a whole number from 1 to 1000000 here'],
    ['sum(km)', 10, 'sum says something of many rows: it belongs to metrics'],
    ['far * 2', 14, 'the result of * can have 40 digits, and engines hold 38: write double(…) around a side'],
    ['coalesce(ended, km)', 26, 'is decimal(9,1), and the values before it are timestamptz'],
    ["ended > date '2026-02-30'", 18, '"2026-02-30" is no day: write date \'2026-01-31\''],
    [
      "ended > instant '2026-01-01'",
      18,
      '"2026-01-01" is no moment in UTC: write instant \'2026-01-31T08:00:00Z\'',
    ],
    ['km +', 14, 'the expression ends here, and a column, a literal or a function should follow'],
    ['km km', 13, 'here stands "km", and an operator should follow'],
    ['(km', 13, 'the expression ends here, and ) should follow'],
    ['km; drop table trips', 12, '";" means nothing in an expression'],
    ["coalesce(vehicle, 'x)", 28, 'the text that begins here has no end'],
    ['case km when 1 then 2 end', 15, 'here stands "km", and when should follow'],
    [
      'licence',
      10,
      'x shows trips.licence, which a contract masks: name it in "sensitive" of the view, or leave it out',
    ],
  ])('%s', (expression, column, message) => {
    expect(columnFaults(expression)).toEqual([`v.yaml:6:${column}: view a, columns.x: ${message}`]);
  });

  it.each([
    ['sum(km) + stops', 20, 'a metric reads columns inside an aggregate, such as sum(stops)'],
    ['sum(max(km))', 14, 'an aggregate cannot stand inside another'],
    ['sum(vehicle)', 14, 'sum takes a number here, and this is string'],
    [
      'min(licence)',
      10,
      'x shows trips.licence, which a contract masks: name it in "sensitive" of the view, or leave it out',
    ],
  ])('metric %s', (expression, column, message) => {
    expect(metricFaults(expression)).toEqual([`v.yaml:6:${column}: view a, metrics.x: ${message}`]);
  });

  it('counting what is masked shows nothing of it', () => {
    expect(metricFaults('count_distinct(licence)')).toEqual([]);
  });

  it('places in quoted texts are those of the expression within', () => {
    expect(columnFaults('"km + lowr(vehicle)"')).toEqual([
      'v.yaml:6:16: view a, columns.x: there is no function lowr: did you mean lower?',
    ]);
  });
});

describe('documents that are wrong are refused where they stand', () => {
  const view = (rest: string): string => `views:\n  a:\n    description: d\n${rest}`;
  it.each([
    ['views: [', /^v.yaml:1:9: is neither JSON nor YAML/],
    ['{}', /^v.yaml:1:1: the document lacks "views"/],
    ['views: {}', /^v.yaml:1:8: views must NOT have fewer than 1/],
    ['views: { A: { description: d, from: trips } }', /^v.yaml:1:10: A is no name/],
    ['views: { a: { description: d, from: trips, colums: {} } }', /^v.yaml:1:44: colums is not known here/],
    [view('    from: trips\n'), /^v.yaml:3:5: view a: a view has columns, or metrics/],
    [
      view('    from: tripz\n    columns: { x: 1 }\n'),
      /^v.yaml:4:11: .*topic tripz has no contract here: did you mean trips\?/,
    ],
    [
      view('    from: trips\n    columns: { x: 1 }\n    metrics: { n: count() }\n'),
      /either columns or metrics/,
    ],
    [view('    from: trips\n    dimensions: { x: km }\n'), /dimensions need metrics/],
    [
      view('    from: trips\n    dimensions: { n: km }\n    metrics: { n: count() }\n'),
      /n is a dimension already/,
    ],
    [
      view('    from: trips\n    columns: { x: km }\n    sensitive: [x]\n'),
      /x shows nothing that a contract masks/,
    ],
    [view('    from: trips\n    columns: { x: km }\n    sensitive: [y]\n'), /the view has no column y/],
    [
      view('    from: trips\n    where: km\n    columns: { x: km }\n'),
      /where: must be true or false, and is decimal/,
    ],
    [
      view(
        '    from: trips\n    joins: [{ topic: vehicles, on: trips.vehicle = vehicles.vehicle }]\n    columns: { x: vehicle }\n',
      ),
      /^v.yaml:6:19: .*vehicle is in trips and vehicles: write trips.vehicle/,
    ],
    [
      view('    from: trips\n    joins: [{ topic: trips, on: true }]\n    columns: { x: km }\n'),
      /trips is there already: give it another name with "as"/,
    ],
    [
      `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
        .split('')
        .map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]}, `.repeat(9)}]`)
        .join('\n')}\n`,
      /alias/i,
    ],
  ])('%s', (text, message) => {
    expect(faultsOf(text).join('\n')).toMatch(message);
  });

  it('a table that is called by a word of expressions', () => {
    expect(faultsOf(view('    from: trips\n    as: case\n    columns: { x: km }\n'))).toEqual([
      'v.yaml:5:9: view a, as: case is a word of expressions: give the table another name with "as"',
    ]);
  });

  it('a number keeps every digit that is written', () => {
    const sql = (number: string): string => {
      const text = view(`    from: trips\n    columns: { x: ${number} }\n`);
      const { views, faults } = semanticViews([{ file: 'v.yaml', text }], [TRIPS]);
      expect(faults).toEqual([]);
      return sqlFiles(views, { curated: ['c'], semantic: ['s'] }, 'duckdb')[1]!.text;
    };
    expect(sql('9007199254740993')).toContain('  9007199254740993 AS "x"');
    expect(sql('1.10')).toContain('  1.10 AS "x"');
    expect(sql('true')).toContain('  TRUE AS "x"');
    expect(columnFaults('1e3')).toEqual([expect.stringContaining('here stands "e3"')]);
  });

  it('one view in two documents', () => {
    const text = view('    from: trips\n    columns: { x: km }\n');
    const files = ['v.yaml', 'w.yaml'].map((file) => ({ file, text }));
    expect(semanticViews(files, [TRIPS]).faults.map(faultText)).toEqual([
      'w.yaml:2:3: view a stands in v.yaml already',
    ]);
  });

  it('depth and length have bounds', () => {
    expect(columnFaults(`${'('.repeat(500)}km`)).toEqual([expect.stringContaining('at most 100 levels')]);
    expect(columnFaults(`km${' + km'.repeat(5000)}`)).toEqual([
      expect.stringContaining('at most 1000 words and signs'),
    ]);
    expect(columnFaults(`${'not '.repeat(900)}(stops = 1)`)).toEqual([]);
  });
});

describe('what engines would compare in different types', () => {
  const compared = (expression: string): string => {
    const text = `views:\n  a:\n    description: d\n    from: trips\n    columns:\n      x: ${expression}\n`;
    const { views, faults } = semanticViews([{ file: 'v.yaml', text }], [TRIPS]);
    expect(faults).toEqual([]);
    const sql = sqlFiles(views, { curated: ['c'], semantic: ['s'] }, 'duckdb')[1]!.text;
    return /SELECT\n {2}(.*) AS "x"/.exec(sql)![1]!.replaceAll('"trips".', '');
  };
  it.each([
    ['fuel = 0.1', '(CAST("fuel" AS DOUBLE) = CAST(0.1 AS DOUBLE))'],
    ['fuel > stops', '(CAST("fuel" AS DOUBLE) > CAST("stops" AS DOUBLE))'],
    ['fuel in (0.1, 2)', '(CAST("fuel" AS DOUBLE) IN (CAST(0.1 AS DOUBLE), CAST(2 AS DOUBLE)))'],
    ['nullif(fuel, 0.1)', 'NULLIF(CAST("fuel" AS DOUBLE), CAST(0.1 AS DOUBLE))'],
  ])('%s is of doubles', (expression, sql) => {
    expect(compared(expression)).toBe(sql);
  });

  it.each([
    ['km > 0.5', '("km" > 0.5)'],
    ['stops in (1, 2)', '("stops" IN (1, 2))'],
    ['fuel = fuel', '("fuel" = "fuel")'],
  ])('%s stays as it is: files are skipped by bounds', (expression, sql) => {
    expect(compared(expression)).toBe(sql);
  });
});

it('whatever text an expression holds, it is read, or refused at a place within it', () => {
  const pieces = fc.constantFrom(
    'km',
    'trips.km',
    "'",
    "''",
    '(',
    ')',
    'case',
    'when',
    'in',
    '-',
    '*',
    '1.5',
    ' ',
    ',',
    'é',
    '.',
    'date',
    '"',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const text = parts.join(' ');
      try {
        parseExpression(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionFault);
        const { offset } = error as ExpressionFault;
        expect(offset >= 0 && offset <= text.length).toBe(true);
      }
    }),
    { seed: 7, numRuns: process.env['LEAN_OPS_TEST'] === 'full' ? 20_000 : 500 },
  );
});

it('no text of a document leaves its literal or its comment', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (hostile) => {
      const literal = hostile.replaceAll(/\p{Cc}/gu, '');
      const spec = {
        views: {
          a: {
            description: `d ${hostile}`,
            from: 'trips',
            columns: { x: `concat(vehicle, '${literal.replaceAll("'", "''")}')` },
          },
        },
      };
      const { views, faults } = semanticViews([{ file: 'v.json', text: JSON.stringify(spec) }], [TRIPS]);
      expect(faults).toEqual([]);
      for (const dialect of DIALECTS) {
        const [, { text } = { text: '' }] = sqlFiles(views, { curated: ['c'], semantic: ['s'] }, dialect);
        const code = text
          .split('\n')
          .filter((line) => !line.startsWith('-- '))
          .join('\n');
        const bare = code.replaceAll(
          dialect === 'athena' || dialect === 'duckdb' ? /'(?:[^']|'')*'/g : /'(?:[^'\\]|''|\\[\s\S])*'/g,
          "''",
        );
        expect(bare).toMatch(
          /^CREATE OR REPLACE VIEW [\s\S]*SELECT\n {2}\(\S+ \|\| ''\) AS \S+\nFROM \S+ AS \S+;\n$/,
        );
      }
    }),
    { seed: 11, numRuns: 300 },
  );
});
