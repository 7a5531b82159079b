import {
  CONTRACT_DEFAULTS,
  type ContractColumn,
  ENVELOPE_COLUMNS,
  type Envelope,
  type TopicContract,
} from '@lean-ops/core';
import { CurateError } from '../error.js';
import { formatPath, parsePath } from '../path/json-path.js';
import { columnPaths, refuseDeepPath } from '../validate/contract-paths.js';

/** What an order column is compared as. */
type OrderColumn =
  | {
      readonly kind: 'path';
      readonly path: string;
      /** The contract's column of that path; without one the text is an instant (RFC 3339). */
      readonly column: ContractColumn | null;
    }
  | { readonly kind: 'time'; readonly column: 'publish_time' | 'ingestion_ts' }
  | { readonly kind: 'text'; readonly column: TextOrderColumn };

/** Text columns of the envelope that may order versions. */
export type TextOrderColumn = Exclude<
  keyof Envelope,
  'publish_time' | 'ingestion_ts' | 'json_payload' | 'envelope_json'
>;

/** How versions of one key are ordered, and what of that the producer gave. */
export interface OrderPlan {
  /** Most significant first; `message_id` and `_payload_hash` always follow. */
  readonly columns: readonly OrderColumn[];
  /** Payload paths among the columns, in their order. */
  readonly paths: readonly string[];
  /** Text columns of the envelope among them: given by the producer, so part of a version's identity. */
  readonly producerColumns: readonly TextOrderColumn[];
  /** Versions are ordered by `publish_time`: from the producer, or from the journey, as the row says. */
  readonly byPublishTime: boolean;
  /** Every version is ordered by something that only its journey gave it. */
  readonly byJourney: boolean;
}

const JOURNEY_COLUMNS: ReadonlySet<string> = new Set([
  'ingestion_ts',
  'sqs_message_id',
  'publish_time_source',
]);

/**
 * Reads a contract's `orderBy`.
 *
 * @throws {CurateError} `CONTRACT_INVALID` when an entry is neither an envelope column nor a JSON path, or one below the
 *   depth limit.
 */
export function orderPlan(contract: TopicContract | null): OrderPlan {
  const columns = (contract?.orderBy ?? CONTRACT_DEFAULTS.orderBy).map((entry) =>
    orderColumn(entry, contract),
  );
  const names = columns.map((column) => (column.kind === 'path' ? '' : column.column));
  return {
    columns,
    paths: columns.flatMap((column) => (column.kind === 'path' ? [column.path] : [])),
    producerColumns: columns.flatMap((column) =>
      column.kind === 'text' && !JOURNEY_COLUMNS.has(column.column) ? [column.column] : [],
    ),
    byPublishTime: names.includes('publish_time'),
    byJourney: names.some((name) => JOURNEY_COLUMNS.has(name)),
  };
}

function orderColumn(entry: string, contract: TopicContract | null): OrderColumn {
  if (entry.startsWith('$')) {
    const path = formatPath(parsePath(entry));
    if (contract !== null) refuseDeepPath(path, 'orderBy', contract);
    return { kind: 'path', path, column: contractColumn(path, contract) };
  }
  const column = ENVELOPE_COLUMNS.find(({ name }) => name === entry)?.name;
  switch (column) {
    case 'publish_time':
    case 'ingestion_ts':
      return { kind: 'time', column };
    case undefined:
    case 'json_payload':
    case 'envelope_json':
      throw new CurateError(
        `the contract of topic ${JSON.stringify(contract?.topic)} orders by ${JSON.stringify(entry)}: name a column of the envelope or a payload path that begins with "$."`,
        { code: 'CONTRACT_INVALID', context: { topic: contract?.topic, orderBy: entry } },
      );
    default:
      return { kind: 'text', column };
  }
}

/** The governed column that gives a path its type: by its path first, then by an alias. */
function contractColumn(path: string, contract: TopicContract | null): ContractColumn | null {
  const columns = Object.entries(contract?.columns ?? {});
  const own = columns.find(([name, column]) => columnPaths(name, column)[0] === path);
  const alias = columns.find(([name, column]) => columnPaths(name, column).includes(path));
  return (own ?? alias)?.[1] ?? null;
}
