import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildColumn } from '../arrow/build-column.js';
import { columnReader } from '../arrow/column-reader.js';
import type { BoundExpression } from '../expression/bind.js';
import { compileExpression } from '../expression/evaluate.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import type { Value } from '../type/value.js';
import { selectRows } from './select-rows.js';

const VALUES: Record<string, fc.Arbitrary<Value>> = {
  int: fc.integer({ min: -3, max: 3 }),
  long: fc.bigInt({ min: -3n, max: 3n }),
  float: fc.constantFrom(-1, -0, 0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY),
  double: fc.constantFrom(-1, -0, 0, 1.5, Number.NaN, Number.POSITIVE_INFINITY),
  string: fc.constantFrom('', 'a', 'b', 'ä'),
};
const OPERATORS = ['eq', 'notEq', 'lt', 'ltEq', 'gt', 'gtEq'] as const;

test('rows selected together are those that pass the test of single rows', () => {
  const column = fc.constantFrom(...Object.keys(VALUES)).chain((type) =>
    fc.record({
      type: fc.constant(type as PrimitiveType),
      values: fc.array(fc.option(VALUES[type]!, { freq: 6 }), { maxLength: 40 }),
      leaves: fc.tuple(
        fc.record({ op: fc.constantFrom(...OPERATORS), value: VALUES[type]! }),
        fc.record({ op: fc.constantFrom(...OPERATORS), value: VALUES[type]! }),
      ),
      how: fc.constantFrom('and', 'or', 'one'),
    }),
  );
  fc.assert(
    fc.property(column, ({ type, values, leaves, how }) => {
      const data = buildColumn(type, values);
      const term = { fieldId: 1, type };
      const [left, right] = leaves.map((leaf): BoundExpression => ({ ...leaf, term })) as [
        BoundExpression,
        BoundExpression,
      ];
      const filter: BoundExpression = how === 'one' ? left : { op: how as 'and' | 'or', left, right };
      const matches = compileExpression(filter, () => columnReader(data, type));
      const expected = values.flatMap((_, row) => (matches(row) ? [row] : []));
      expect([...selectRows(filter, values.length, () => data)]).toEqual(expected);
    }),
    { seed: 5, numRuns: 600 },
  );
});
