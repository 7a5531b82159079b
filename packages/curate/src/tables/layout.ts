import { CONTRACT_DEFAULTS, type TopicContract } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { orderPlan } from '../order/order-plan.js';
import { parsePath } from '../path/json-path.js';
import { tableName } from './names.js';
import { KEYS } from './properties.js';

/** What a table was built with and only a rebuild may change. */
export interface TableLayout {
  readonly key: string;
  readonly orderBy: readonly string[];
  /** How each payload path among them is read. Tables of earlier versions do not say. */
  readonly orderTypes: readonly string[];
  readonly partitionBy: readonly string[];
  readonly maxDepth: number;
  readonly maxColumns: number;
}

/** The layout a contract asks for; without a contract, the defaults. */
export function tableLayout(contract: TopicContract | null): TableLayout {
  const { maxDepth = CONTRACT_DEFAULTS.maxDepth, maxColumns = CONTRACT_DEFAULTS.maxColumns } =
    contract?.flatten ?? {};
  return {
    key: contract?.key ?? CONTRACT_DEFAULTS.key,
    orderBy: contract?.orderBy ?? CONTRACT_DEFAULTS.orderBy,
    orderTypes: orderTypes(contract),
    partitionBy: contract?.partitionBy ?? CONTRACT_DEFAULTS.partitionBy,
    maxDepth,
    maxColumns,
  };
}

/** A number read as an instant, or a time taken for UTC, orders rows otherwise than a text that is none. */
function orderTypes(contract: TopicContract | null): string[] {
  return orderPlan(contract).columns.flatMap((order) => {
    if (order.kind !== 'path') return [];
    const { type = 'timestamptz', epoch, assumeUtc = false } = order.column ?? {};
    const isInstant = type === 'timestamptz' || type === 'timestamp';
    if (!isInstant) return [type.replaceAll(/\s/g, '')];
    const utc = assumeUtc || type === 'timestamp' ? ' in UTC' : '';
    return [`instant${epoch === undefined ? '' : ` from ${epoch}`}${utc}`];
  });
}

/**
 * Members that mean something else than in the layout a table was built with: a path has many spellings. What a table of
 * an earlier version does not say is taken for the same.
 */
export function changedMembers(built: Partial<TableLayout>, asked: TableLayout): (keyof TableLayout)[] {
  const names = Object.keys(asked) as (keyof TableLayout)[];
  return names.filter((name) => built[name] !== undefined && !isSame(name, built, asked));
}

function isSame(name: keyof TableLayout, built: Partial<TableLayout>, asked: TableLayout): boolean {
  const [before, after] = [[built[name]].flat(), [asked[name]].flat()].map((all) =>
    JSON.stringify(all.map((text) => meaning(name, text))),
  );
  return before === after;
}

function meaning(name: keyof TableLayout, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (name === 'partitionBy') return text.replaceAll(' ', '');
  return text.startsWith('$') ? parsePath(text) : text;
}

/**
 * @throws {CurateError} `RESET_REQUIRED` when the table was built with another key, order, partitioning or other
 * flatten limits: rows that are there were merged under rules that no longer hold.
 */
export function refuseOtherLayout(table: Table, contract: TopicContract | null): void {
  const text = table.properties[KEYS.layout];
  const asked = tableLayout(contract);
  if (text === undefined || text === JSON.stringify(asked)) return;
  const built = JSON.parse(text) as Partial<TableLayout>;
  const changed = changedMembers(built, asked);
  if (changed.length === 0) return;
  const detail = changed
    .map((name) => `${name} from ${JSON.stringify(built[name])} to ${JSON.stringify(asked[name])}`)
    .join(', ');
  throw new CurateError(
    `contract ${contract?.version ?? '(none)'} changes ${detail} for table ${tableName(table.identifier)}, whose rows were merged under the old one: declare a reset and rebuild the topic`,
    { code: 'RESET_REQUIRED', context: { table: tableName(table.identifier), built, asked } },
  );
}
