import { describe, expect, test } from 'vitest';
import type { CoreError } from '../error.js';
import { type ContractFinding, parseContract } from './parse-contract.js';

const FULL = `{
  "topic": "events",
  "version": "1.2.0",
  "owner": "team-telemetry",
  "key": "idempotency_key",
  "orderBy": ["$.last_updated_ts", "publish_time"],
  "envelope": "auto",
  "partitionBy": ["period_reference", "bucket(16, account_id)"],
  "correctionWindow": "P90D",
  "flatten": { "maxDepth": 5, "maxColumns": 2000 },
  "columns": {
    "event_timestamp": { "type": "timestamptz", "path": "$.eventTimestamp", "cde": true },
    "account_id": { "type": "int", "path": "$.accountId", "aliases": ["$.appId", "$['app.id']"], "default": -1 },
    "event_type": { "type": "string", "enum": ["Login", "Logout"], "onUnknown": "error", "default": "Login" },
    "amount": { "type": "decimal(38,38)", "min": 0, "max": "99999999999999999999.5" },
    "ssn": { "type": "string", "sensitive": "hash" }
  },
  "quality": { "cdeSpikeThreshold": 0.10, "onSpike": "alarm" },
  "engine": "node"
}`;

function failure(text: string, path = 'c.json'): CoreError {
  try {
    parseContract(text, { path });
  } catch (error) {
    return error as CoreError;
  }
  throw new Error('the contract was accepted');
}

function findings(text: string, path?: string): ContractFinding[] {
  const error = failure(text, path);
  expect(error.code).toBe('CONTRACT_INVALID');
  return error.context['findings'] as ContractFinding[];
}

function withColumn(column: string): string {
  return `topic: events\nversion: 1.0.0\nowner: me\ncolumns:\n  c: ${column}\n`;
}

describe('reading a contract', () => {
  test('a full JSON contract is given back as it stands', () => {
    expect(parseContract(FULL, { path: 'c.json' })).toEqual(JSON.parse(FULL));
  });

  test('YAML says the same as JSON', () => {
    const yaml = [
      'topic: events # a comment',
      'version: 1.2.0',
      'owner: team',
      'columns:',
      '  a: { type: string, cde: nonblank }',
    ].join('\n');
    expect(parseContract(yaml, { path: 'c.yaml' })).toEqual({
      topic: 'events',
      version: '1.2.0',
      owner: 'team',
      columns: { a: { type: 'string', cde: 'nonblank' } },
    });
  });

  test('an editor hint $schema is allowed and not part of the contract', () => {
    const contract = parseContract(`{"$schema": "x", ${FULL.slice(1)}`, { path: 'c.json' });
    expect(contract).toEqual(JSON.parse(FULL));
  });

  test.each([
    ['text that is no document', '{"topic": ', 'c.json', 1],
    ['a trailing comma in a .json file', '{"topic": "a",\n}', 'c.json', 2],
    ['YAML in a .json file', 'topic: a', 'c.json', 1],
    ['broken YAML', 'topic: a\nowner: [', 'c.yaml', 2],
    [
      'a key given twice',
      FULL.replace('"engine": "node"', '"engine": "node",\n  "owner": "b"'),
      'c.json',
      20,
    ],
    ['a tag that names unknown types', 'topic: !odd a', 'c.yaml', 1],
    ...[8_000, 50_000].map((depth): [string, string, string, number] => [
      `${depth} levels of nesting`,
      `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      'c.json',
      1,
    ]),
    ['two documents in one file', 'topic: a\n---\ntopic: b', 'c.yaml', 2],
  ])('%s is unreadable, and the error names file and line', (_what, text, path, line) => {
    const error = failure(text, path);
    expect(error.code).toBe('CONTRACT_UNREADABLE');
    expect(error.context).toMatchObject({ path, line });
    expect(error.message).toContain(`${path}:${line}:`);
  });

  test.each(['', 'null', '[]', '"text"', '42'])('a document that is %j is invalid, not a crash', (text) => {
    expect(findings(text, 'c.yaml')[0]?.path).toBe('(top)');
  });
});

test.each([
  ['columns: &c\n  id: { type: string }\n  b: *c\n', 6, 6],
  ['columns:\n  id: &c { type: string, enum: [*c] }\n', 5, 33],
])('an alias that goes in a circle is unreadable: %s', (columns, line, column) => {
  const text = `topic: events\nversion: 1.0.0\nowner: me\n${columns}`;
  expect(() => parseContract(text, { path: 'c.yaml' })).toThrow(
    expect.objectContaining({
      code: 'CONTRACT_UNREADABLE',
      message: expect.stringContaining('goes in a circle'),
      context: expect.objectContaining({ line, column }),
    }),
  );
});

describe('findings', () => {
  test('each names line, column, path, value and reason, and all are given at once', () => {
    const text = `topic: Events
version: "1.0"
owner: me
colums: {}
columns:
  _mine: { type: string }
  amount:
    type: decimal(39,2)
    sensitve: hash
`;
    expect(findings(text, 'dir/c.yaml')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ line: 1, column: 8, path: 'topic', value: 'Events' }),
        expect.objectContaining({ line: 2, column: 10, path: 'version', value: '1.0' }),
        expect.objectContaining({ line: 4, column: 1, path: 'colums', value: 'colums' }),
        expect.objectContaining({ line: 6, column: 3, path: 'columns._mine' }),
        expect.objectContaining({
          line: 9,
          column: 5,
          path: 'columns.amount.sensitve',
          reason: 'this field is not known here: is sensitive meant?',
        }),
      ]),
    );
    const { message } = failure(text, 'dir/c.yaml');
    expect(message).toContain('dir/c.yaml:1:8: topic ("Events"): must be a table-safe name');
    expect(message).toContain('reserved');
  });

  test('a missing field is placed at the object that lacks it', () => {
    const [finding] = findings(
      'topic: events\nversion: 1.0.0\nowner: me\ncolumns:\n  a: { cde: true }',
      'c.yaml',
    );
    expect(finding).toMatchObject({ line: 5, column: 6, path: 'columns.a', reason: '"type" is missing' });
  });

  test.each([
    ['{ type: "decimal(10,11)" }', 'columns.c.type', 'scale from 0 to its precision'],
    ['{ type: "decimal(0,0)" }', 'columns.c.type', 'precision from 1 to 38'],
    ['{ type: "decimal(10, 2)" }', 'columns.c.type', 'without spaces'],
    ['{ type: varchar }', 'columns.c.type', 'is not a type'],
    ['{ type: string, path: $.a..b }', 'columns.c.path', 'is not a payload path'],
    ['{ type: string, path: a.b }', 'columns.c.path', 'neither an envelope column'],
    ['{ type: string, aliases: [$.x, "$[\'y"] }', 'columns.c.aliases.1', 'is not a payload path'],
    ['{ type: string, aliases: [$.c] }', 'columns.c.aliases.0', "repeats the column's own path"],
    ['{ type: string, aliases: ["$[\'c\']"] }', 'columns.c.aliases.0', "repeats the column's own path"],
    ['{ type: string, aliases: [$.x, "$[\'x\']"] }', 'columns.c.aliases.1', 'repeats another alias'],
    [
      `{ type: string, pattern: "${'(a{500}b{500})|'.repeat(2_000)}x" }`,
      'columns.c.pattern',
      'more than can be compiled',
    ],
    ['{ type: string, path: json_payload }', 'columns.c.path', 'kept in RAW only'],
    ['{ type: string, aliases: [envelope_json] }', 'columns.c.aliases.0', 'kept in RAW only'],
    ['{ type: int, enum: [a] }', 'columns.c.enum', 'fits only columns of type string'],
    ['{ type: int, pattern: a }', 'columns.c.pattern', 'fits only columns of type string'],
    ['{ type: string, min: 1 }', 'columns.c.min', 'fits only numbers, dates and times'],
    ['{ type: int, min: ten }', 'columns.c.min', 'must be a number'],
    ['{ type: date, max: 3 }', 'columns.c.max', 'must be a date in quotes'],
    ['{ type: int, min: 3, max: 2.5 }', 'columns.c.min', 'is above max'],
    ['{ type: string, assumeUtc: true }', 'columns.c.assumeUtc', 'fits only columns of type timestamptz'],
    ['{ type: string, onUnknown: "null" }', 'columns.c.onUnknown', 'has no effect without enum'],
    ['{ type: int, default: 1.5 }', 'columns.c.default', 'must fit int'],
    ['{ type: int, default: 2147483648 }', 'columns.c.default', 'must fit int'],
    ['{ type: boolean, default: "true" }', 'columns.c.default', 'must be true or false'],
    ['{ type: string, enum: [a], default: b }', 'columns.c.default', 'is not one of enum'],
    ['{ type: long, min: 9007199254740993 }', 'columns.c.min', 'cannot hold exactly'],
  ])('%s is refused at %s', (column, path, reason) => {
    expect(findings(withColumn(column), 'c.yaml')).toEqual([
      expect.objectContaining({ path, reason: expect.stringContaining(reason) }),
    ]);
  });

  test.each([
    '{ type: "decimal(38,38)", min: 0.10, max: "9007199254740993" }',
    '{ type: long, default: "9223372036854775807", max: 1e18 }',
    '{ type: timestamptz, assumeUtc: true, epoch: millis, min: "2020-01-01T00:00:00Z" }',
    "{ type: string, path: idempotency_key, cde: true, aliases: [\"$['it\\\\'s']\", $.a-b.c_d] }",
    '{ type: uuid, default: "00000000-0000-4000-8000-000000000000" }',
  ])('%s is accepted', (column) => {
    expect(parseContract(withColumn(column), { path: 'c.yaml' }).columns['c']).toBeDefined();
  });

  test.each([
    ['topic: events_errors', 'names a side table'],
    ['key: order.id', 'neither an envelope column'],
    ['key: json_payload', 'kept in RAW only'],
    ['key: publish_time', 'a key is text'],
    ['orderBy: [publish_time, $]', 'is not a payload path'],
    ['orderBy: [envelope_json]', 'kept in RAW only'],
    ['partitionBy: [week(a)]', 'is not a partition field'],
    ['correctionWindow: P', 'ISO 8601 duration'],
    ['envelope: maybe', 'must be one of auto, bare, wrapped'],
    ['reset: { justification: " ", impact: x }', 'must not be blank'],
    ['quality: { cdeSpikeThreshold: 10 }', '<= 1'],
    ['flatten: { maxDepth: 0 }', '>= 1'],
    ['flatten: { maxDepth: 1001 }', '<= 1000'],
    ['key: $.a.b.c.d.e.f', 'is 6 levels deep, and flatten.maxDepth is 5'],
    ['orderBy: [publish_time, "$.a.b.c.d.e[\'f.g\']"]', 'is 6 levels deep'],
    ['columns: { a: { type: int, path: $.a.b.c.d.e.f } }', 'is 6 levels deep'],
    ['columns: { a: { type: int, aliases: [$.b, $.a.b.c.d.e.f] } }', 'raise it to 6'],
  ])('%s is refused', (line, reason) => {
    const name = line.slice(0, line.indexOf(':'));
    const base = ['topic: events', 'version: 1.0.0', 'owner: me', 'columns: { a: { type: string } }'];
    const text = [...base.filter((other) => !other.startsWith(`${name}:`)), line].join('\n');
    expect(
      findings(text, 'c.yaml')
        .map((finding) => finding.reason)
        .join(),
    ).toContain(reason);
  });

  test.each([
    ['[nonexistent]', '{ a: { type: string } }', 'there is no such column'],
    ['[json_payload]', '{ a: { type: string } }', 'there is no such column'],
    ['[constructor]', '{ a: { type: string } }', 'there is no such column'],
    ['["day(a)"]', '{ a: { type: string } }', 'day is not for columns of type string'],
    ['["day(a)"]', '{ a: { type: date, sensitive: hash } }', 'day is not for columns of type string'],
    ['["hour(a)"]', '{ a: { type: date } }', 'hour is not for columns of type date'],
    ['["bucket(4, a)"]', '{ a: { type: double } }', 'bucket is not for columns of type double'],
    ['["truncate(4, a)"]', '{ a: { type: timestamptz } }', 'truncate is not for columns of type timestamptz'],
    [
      '["truncate(4, publish_time)"]',
      '{ a: { type: string } }',
      'truncate is not for columns of type timestamptz',
    ],
    ['[a]', '{ a: { type: string, sensitive: drop } }', 'is dropped'],
    ['[a]', '{ a: { type: string, path: correlation_id } }', 'partition by correlation_id itself'],
    ['["day(a)", "month(a)"]', '{ a: { type: date } }', 'has the same name in the table as day(a)'],
    ['["bucket(4, a)", "bucket(8, a)"]', '{ a: { type: date } }', 'has the same name in the table'],
    ['["bucket(4, a)"]', '{ a: { type: long }, a_bucket: { type: int } }', 'would be called a_bucket'],
  ])('partitions by %s of %s are refused', (partitionBy, columns, reason) => {
    const text = `topic: events\nversion: 1.0.0\nowner: me\npartitionBy: ${partitionBy}\ncolumns: ${columns}`;
    expect(findings(text, 'c.yaml')).toEqual([
      expect.objectContaining({ line: 4, reason: expect.stringContaining(reason) }),
    ]);
  });

  test('what the default partitions are made of is not dropped', () => {
    const text = withColumn('{ type: string }').concat(
      '  period_reference: { type: string, path: period_reference, sensitive: drop }\n',
    );
    expect(findings(text, 'c.yaml')).toEqual([
      expect.objectContaining({ line: 6, reason: expect.stringContaining('is dropped') }),
    ]);
  });

  test.each([
    '[]',
    '[period_reference, "day(publish_time)", "bucket(16,a)"]',
    '["truncate(3, a)", "year(b)", _merge_key]',
  ])('partitions by %s are accepted', (partitionBy) => {
    const columns = '{ a: { type: string, sensitive: hash }, b: { type: timestamptz } }';
    const text = `topic: events\nversion: 1.0.0\nowner: me\npartitionBy: ${partitionBy}\ncolumns: ${columns}`;
    expect(parseContract(text, { path: 'c.yaml' }).partitionBy).toBeDefined();
  });

  test('a column may have the name of an envelope column only to govern that column', () => {
    const column = '{"idempotency_key": {"type": "string", "path": "idempotency_key", "cde": "nonblank"}}';
    const text = `{"topic": "e", "version": "1.0.0", "owner": "o", "columns": ${column}}`;
    expect(parseContract(text, { path: 'c.json' })).toEqual(JSON.parse(text));
    expect(findings(text.replace('"string"', '"uuid"'))[0]?.path).toBe('columns.idempotency_key');
    expect(findings(text.replace('"path": "i', '"path": "$.i'))[0]?.path).toBe('columns.idempotency_key');
  });

  test('a path belongs to one column, however it is spelled', () => {
    const text = withColumn('{ type: string }')
      .concat('  d: { type: string, aliases: [$.x, "$[\'c\']"] }\n')
      .concat('  e: { type: string, path: "$[\'x\']" }\n');
    expect(findings(text, 'c.yaml')).toEqual([
      expect.objectContaining({ line: 6, path: 'columns.d.aliases.1', reason: 'is read by column c too' }),
      expect.objectContaining({ line: 7, path: 'columns.e.path', reason: 'is read by column d too' }),
    ]);
  });

  test('a path may be as deep as the contract flattens', () => {
    const text = withColumn('{ type: int, path: $.a.b.c.d.e.f }').concat('orderBy: [$.a.b]\n');
    expect(findings(text.concat('flatten: { maxDepth: 1 }\n'), 'c.yaml')).toEqual([
      expect.objectContaining({ path: 'orderBy.0', value: '$.a.b' }),
      expect.objectContaining({ line: 5, path: 'columns.c.path', value: '$.a.b.c.d.e.f' }),
    ]);
    const flatten = 'flatten: { maxDepth: 6 }\n';
    expect(parseContract(text.concat(flatten), { path: 'c.yaml' }).flatten).toEqual({ maxDepth: 6 });
  });

  test('an envelope column name is otherwise taken', () => {
    const text = 'topic: events\nversion: 1.0.0\nowner: me\ncolumns:\n  message_id: { type: string }';
    expect(findings(text, 'c.yaml')).toEqual([
      expect.objectContaining({
        line: 5,
        column: 3,
        reason: expect.stringContaining('name of an envelope column'),
      }),
    ]);
  });

  test('a column called __proto__ is a bad name and nothing else', () => {
    const text = '{"topic":"e","version":"1.0.0","owner":"o","columns":{"__proto__":{"type":"string"}}}';
    expect(findings(text)[0]?.path).toBe('columns.__proto__');
  });
});
