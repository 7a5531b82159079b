import { VARIABLE } from './shop.js';

/** A row of a view as `read_tables.py` gives values: instants in microseconds, days since 1970, doubles by their bytes. */
export type AnswerRow = Readonly<Record<string, string | null>>;

function double(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

const micros = (text: string): string =>
  `${Date.parse(`${text.slice(0, 19)}Z`)}${text.slice(20, 23).padEnd(3, '0')}`;
const day = (text: string): string => String(Date.parse(text) / 86_400_000);

const BIG_ORDERS: readonly AnswerRow[] = [
  { id: '1', name: 'Ada' },
  { id: '2', name: 'Ada' },
];

// Twice 3 + 2147483647 - 2147483648 + 0: 32 bits would not have held the parts.
const EVERYTHING: readonly AnswerRow[] = [{ orders: '4', most: '4', pieces: '4' }];

const ORDER_LINES: readonly AnswerRow[] = [
  {
    ...{ id: '1', customer: 'Ada', order: 'first', total: '31.50', next_quantity: '4', fewer: '-3' },
    ...{ each_kg: double(8.4), by_zero: double(3.5), rounded: '10.5', size: '10.50' },
    ...{ placed: '1769903999999999', placed_on: day('2026-01-31'), placed_in: day('2026-01-01') },
    ...{ placed_year: '2026', placed_hour: '23', wanted_on: day('2026-02-01'), wanted_hour: '8' },
    ...{ due_in: day('2026-02-01'), due_text: '2026-02-28', quantity_text: '3', shout: 'OPEN', letters: '5' },
    ...{ start: 'irs', is_odd: 'false', open_or_paid: 'true', unpaid: 'false', late: 'true', kind: 'sale' },
    ...{ lighter: double(1.25), maybe: null, card: '****1111' },
  },
  {
    ...{ id: '2', customer: 'Ada', order: 'second', total: '107374182.35', next_quantity: '2147483648' },
    ...{ fewer: '-2147483647', each_kg: double(0.5), by_zero: double(0.05 / 2147483647), rounded: '0.1' },
    ...{ size: '0.05', placed: micros('1969-12-31T23:00:00'), placed_on: '-1', placed_in: '-31' },
    ...{ placed_year: '1969', placed_hour: '23', wanted_on: '-1', wanted_hour: '23', due_in: '-31' },
    ...{ due_text: '1969-12-31', quantity_text: '2147483647', shout: "IT'S", letters: '6', start: 'eco' },
    ...{ is_odd: 'true', open_or_paid: 'false', unpaid: 'true', late: 'false', kind: 'sale' },
    ...{ lighter: double(2147483647), maybe: "it's", card: '****' },
  },
  {
    ...{ id: '3', customer: 'customer c2', order: 'Zürich', total: '15569256448.00' },
    ...{ next_quantity: '-2147483647', fewer: '2147483648', each_kg: double(-7.25 / 3e10) },
    ...{ by_zero: double(-7.25 / -2147483648), rounded: '-7.3', size: '7.25' },
    ...{ placed: micros('2026-02-01T00:00:00'), placed_on: day('2026-02-01'), placed_in: day('2026-02-01') },
    ...{
      placed_year: '2026',
      placed_hour: '0',
      wanted_on: null,
      wanted_hour: null,
      due_in: day('2024-02-01'),
    },
    ...{ due_text: '2024-02-29', quantity_text: '-2147483648', shout: 'A\\B', letters: '6', start: 'üri' },
    ...{ is_odd: 'true', open_or_paid: null, unpaid: 'true', late: 'false', kind: 'refund' },
    ...{ lighter: double(3e10), maybe: 'a\\b', card: null },
  },
  {
    ...{ id: '4', customer: 'customer nobody', order: null, total: '0.00', next_quantity: '1', fewer: '0' },
    ...{ each_kg: double(99999999.99 / -0.5), by_zero: null, rounded: '100000000.0', size: '99999999.99' },
    ...{ placed: null, placed_on: null, placed_in: null, placed_year: null, placed_hour: null },
    ...{ wanted_on: null, wanted_hour: null, due_in: null, due_text: null, quantity_text: '0' },
    ...{
      shout: VARIABLE.toUpperCase(),
      letters: null,
      start: null,
      is_odd: 'true',
      open_or_paid: null,
      unpaid: 'true',
    },
    ...{ late: null, kind: 'large', lighter: double(0), maybe: VARIABLE, card: null },
  },
  {
    ...{ id: '9007199254740993', customer: '?', order: null, total: null, next_quantity: null, fewer: null },
    ...{ each_kg: null, by_zero: null, rounded: null, size: null, placed: null, placed_on: null },
    ...{ placed_in: null, placed_year: null, placed_hour: null, wanted_on: null, wanted_hour: null },
    ...{ due_in: null, due_text: null, quantity_text: null, shout: 'OPEN', letters: null, start: null },
    ...{ is_odd: 'false', open_or_paid: 'true', unpaid: 'true', late: null, kind: 'sale', lighter: null },
    ...{ maybe: null, card: null },
  },
];

const ORDER_TOTALS: readonly AnswerRow[] = [
  {
    ...{ customer: 'c1', month: day('2026-01-01'), orders: '1', priced: '1', states: '1', spent: '10.50' },
    ...{ pieces: '3', weight: double(1.25), mean: double(10.5), mean_weight: double(1.25) },
    ...{ first: '1769903999999999', last_order: 'first', open_share: double(1), cards: '1' },
  },
  {
    ...{ customer: 'c1', month: '-31', orders: '1', priced: '1', states: '1', spent: '0.05' },
    ...{ pieces: '2147483647', weight: double(0.1), mean: double(0.05), mean_weight: double(0.1) },
    ...{ first: micros('1969-12-31T23:00:00'), last_order: 'second', open_share: double(0), cards: '1' },
  },
  {
    ...{ customer: 'c2', month: day('2026-02-01'), orders: '1', priced: '1', states: '1', spent: '-7.25' },
    ...{ pieces: '-2147483648', weight: double(3e10), mean: double(-7.25), mean_weight: double(3e10) },
    ...{ first: micros('2026-02-01T00:00:00'), last_order: 'Zürich', open_share: double(0), cards: '0' },
  },
  {
    ...{ customer: 'nobody', month: null, orders: '1', priced: '1', states: '1', spent: '99999999.99' },
    ...{ pieces: '0', weight: double(-0.5), mean: double(99999999.99), mean_weight: double(-0.5) },
    ...{ first: null, last_order: null, open_share: double(0), cards: '0' },
  },
  {
    ...{ customer: 'none', month: null, orders: '1', priced: '0', states: '1', spent: null, pieces: null },
    ...{ weight: null, mean: null, mean_weight: null, first: null, last_order: null },
    ...{ open_share: double(1), cards: '0' },
  },
];

/** What the views of the shop hold, whatever engine reads them. */
export const SHOP_ANSWERS: Readonly<Record<string, readonly AnswerRow[]>> = {
  big_orders: BIG_ORDERS,
  everything: EVERYTHING,
  order_lines: ORDER_LINES,
  order_totals: ORDER_TOTALS,
};
