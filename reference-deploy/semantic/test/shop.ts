import type { TopicContract } from '@lean-ops/core';
import type { OutgoingMessage, Platform } from '../../local/index.js';

/** A small shop: two topics whose Curated tables hold what expressions stumble over. */
export const ORDERS: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  key: '$.id',
  partitionBy: [],
  columns: {
    id: { type: 'long', cde: true },
    customer: { type: 'string' },
    amount: { type: 'decimal(10,2)' },
    quantity: { type: 'int' },
    weight: { type: 'double' },
    state: { type: 'string' },
    paid: { type: 'boolean' },
    placed: { type: 'timestamptz' },
    wanted: { type: 'timestamp' },
    due: { type: 'date' },
    card: { type: 'string', sensitive: 'last4' },
    // A word that every engine reserves.
    order: { type: 'string' },
    secret: { type: 'string', sensitive: 'drop' },
  },
};

export const CUSTOMERS: TopicContract = {
  topic: 'customers',
  version: '1.0.0',
  owner: 'tests',
  key: '$.id',
  partitionBy: [],
  columns: {
    id: { type: 'string', cde: true },
    name: { type: 'string' },
    mail: { type: 'string', sensitive: 'hash' },
  },
};

/** What Spark would take for a variable. */
export const VARIABLE: string = ['$', '{x}'].join('');

const ORDER_ROWS = [
  {
    ...{ id: 1, customer: 'c1', amount: '10.50', quantity: 3, weight: 1.25, state: 'open', paid: true },
    ...{ placed: '2026-01-31T23:59:59.999999Z', wanted: '2026-02-01T08:00:00', due: '2026-02-28' },
    ...{ card: '4111111111111111', order: 'first', secret: 'x' },
  },
  {
    ...{
      id: 2,
      customer: 'c1',
      amount: '0.05',
      quantity: 2147483647,
      weight: 0.1,
      state: "it's",
      paid: false,
    },
    ...{ placed: '1969-12-31T23:00:00Z', wanted: '1969-12-31T23:00:00', due: '1969-12-31' },
    ...{ card: '42', order: 'second' },
  },
  {
    ...{
      id: 3,
      customer: 'c2',
      amount: '-7.25',
      quantity: -2147483648,
      weight: 3e10,
      state: 'a\\b',
      paid: null,
    },
    ...{ placed: '2026-02-01T00:00:00Z', due: '2024-02-29', order: 'Zürich' },
  },
  { id: 4, customer: 'nobody', amount: '99999999.99', quantity: 0, weight: -0.5, state: VARIABLE },
  { id: 9007199254740993n, state: 'open' },
];

const CUSTOMER_ROWS = [
  { id: 'c1', name: 'Ada', mail: 'ada@example.org' },
  { id: 'c2', mail: 'bob@example.org' },
];

/** Sends the rows and makes them Curated. */
export async function openShop(platform: Platform, nowMs: number): Promise<void> {
  await platform.registerTopic({ queueTopic: 'orders', contract: ORDERS });
  await platform.registerTopic({ queueTopic: 'customers', contract: CUSTOMERS });
  const message = (queueTopic: string, row: object, index: number): OutgoingMessage => ({
    queueTopic,
    body: JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? Number(value) : value)).replace(
      '9007199254740992',
      '9007199254740993',
    ),
    sqsMessageId: `${queueTopic}-${index}`,
    sentTimestampMs: nowMs - 1000,
  });
  await platform.send([
    ...ORDER_ROWS.map((row, index) => message('orders', row, index)),
    ...CUSTOMER_ROWS.map((row, index) => message('customers', row, index)),
  ]);
  await platform.pump();
  const { topics } = await platform.orchestrate();
  const unfinished = topics.filter(({ outcome }) => outcome !== 'succeeded');
  if (unfinished.length > 0) throw new Error(JSON.stringify(unfinished));
}
