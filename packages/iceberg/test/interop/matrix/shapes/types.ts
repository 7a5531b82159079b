import type { Row, Shape } from '../shape.js';
import {
  column,
  DECIMALS,
  ID,
  list,
  map,
  NUMBERS,
  shape,
  struct,
  TEXTS,
  TIMES,
  usualSteps,
} from './builders.js';

const DEEP = [
  column('a', list(struct(['code', 'long'], ['tags', list('string')]))),
  column('m', map('string', struct(['x', 'int'], ['y', 'double']))),
  column('ll', list(list('int'))),
];
const NULL_AS_EMPTY = 'PyIceberg 0.12 takes a null list or map of structs for an empty one';
const withoutNulls = (row: Row): Row => ({ ...row, a: row['a'] ?? [], m: row['m'] ?? new Map() });

export const TYPES: readonly Shape[] = [
  shape('numbers', NUMBERS),
  shape('decimals', DECIMALS),
  shape('dates and timestamps', TIMES),
  shape('text and binary', TEXTS),
  shape('uuid', [column('u', 'uuid')]),
  shape('fixed', [column('x', 'fixed[3]')]),
  shape('time', [column('clock', 'time')]),
  shape('lists', [column('a', list('string')), column('b', list('decimal(9, 2)'))]),
  shape('structs', [
    column('place', struct(['lat', 'double'], ['name', 'string'], ['inner', struct(['day', 'date'])])),
  ]),
  shape('maps', [column('m', map('string', 'long')), column('o', map('int', 'timestamptz'))]),
  shape('nested deeply', DEEP, { steps: () => usualSteps([ID, ...DEEP], withoutNulls) }),
  shape('nested deeply, with nulls', DEEP, {
    without: { pyiceberg: NULL_AS_EMPTY },
    unread: { pyiceberg: NULL_AS_EMPTY },
  }),
];
