import type { ContractColumn, TopicContract } from '@lean-ops/core';
import type { HistoryAnswer, HistoryQuestion } from '@lean-ops/core/contract';
import type { Catalog, Table } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import type { LayerNames } from '../job.js';
import { formatPath } from '../path/json-path.js';
import { topicTables } from '../tables/names.js';
import { columnPaths as standardizedPaths } from '../tables/standardized-table.js';
import { columnPaths } from '../validate/contract-paths.js';
import { type CountOptions, countFailures, type FailureCounts, type JudgedColumn } from './count-failures.js';

export interface AskHistoryOptions {
  readonly catalog: Catalog;
  readonly names?: Partial<LayerNames>;
  /** The contract that the rows were written under. */
  readonly base: TopicContract;
  /** The one that they are asked about. */
  readonly head: TopicContract;
  /** New names of columns, with their old ones: `columnRenames` of `@lean-ops/core/contract`. */
  readonly renamed?: ReadonlyMap<string, string>;
  readonly questions: readonly HistoryQuestion[];
  readonly signal?: AbortSignal;
}

/**
 * Asks the tables of a topic what the linter wants to know: would every row that Curated holds pass this check?
 *
 * Curated is read, for the answer is about what it holds: a default or an enum's `onUnknown` changes no row that is
 * there, and a column that is new holds nothing. Where Curated has a mask instead of the value, Standardized is read, as
 * far as its rows passed before. What a rebuild would make of Standardized is told beside. Each table is read once, only
 * the columns that are needed; nothing is written. Source: docs/schema_management.md, "Asking the rows that are there".
 *
 * @returns the answer to each question; values of columns that either contract masks are never among the samples.
 * @throws {CurateError} `CONTRACT_INVALID` for a contract that the jobs would refuse, `ABORTED`. What the catalog throws.
 * @example
 * const { questions } = lintContract(live, changed);
 * const history = await askHistory({ catalog, base: live, head: changed, questions });
 * const { verdict } = lintContract(live, changed, { history });
 */
export async function askHistory(
  options: AskHistoryOptions,
): Promise<(question: HistoryQuestion) => HistoryAnswer | null> {
  const { catalog, names, base, head, questions, signal } = options;
  if (questions.length === 0) return () => null;
  const tables = topicTables(head.topic, names);
  const asked = askedColumns(options);
  const isIdHidden = hidesIds(base) || hidesIds(head);
  const held = await heldRows(await loadIfExists(catalog, tables.curated), asked, { isIdHidden, signal });
  const rebuilt = await rebuiltRows(await loadIfExists(catalog, tables.standardized), asked, signal);
  return ({ column: name, check }) => {
    const column = asked.find((candidate) => candidate.name === name);
    if (column === undefined) return null;
    const again = rebuilt.of(name, check)?.failing ?? 0;
    if (!isReadFromCurated(column, check)) return { rows: rebuilt.rows, failing: again, samples: [] };
    const { failing, samples } = held.of(name, check) ?? { failing: 0, samples: [] };
    const note = failing === 0 ? {} : { note: rebuiltNote(rebuilt.rows, again) };
    return { rows: held.rows, failing, samples, ...note };
  };
}

/** A column that something is asked about. */
interface AskedColumn {
  readonly name: string;
  readonly column: ContractColumn;
  /** What Curated calls it now. */
  readonly stored: string;
  /** Under the old contract; null for a column that is new. */
  readonly before: ContractColumn | null;
}

function askedColumns({ base, head, renamed = new Map(), questions }: AskHistoryOptions): AskedColumn[] {
  return [...new Set(questions.map(({ column }) => column))].flatMap((name) => {
    const column = own(head, name);
    if (column === undefined) return [];
    const stored = renamed.get(name) ?? name;
    return [{ name, column, stored, before: own(base, stored) ?? null }];
  });
}

/** Every object has a member `constructor`. */
function own({ columns }: TopicContract, name: string): ContractColumn | undefined {
  return Object.hasOwn(columns, name) ? columns[name] : undefined;
}

/** A mask hides what a value is, but not that there is none. */
function isReadFromCurated({ column, before }: AskedColumn, check: HistoryQuestion['check']): boolean {
  if (before?.sensitive === undefined) return true;
  return check === 'cde' && column.cde === true && before.sensitive !== 'drop';
}

/** What is stored is what counts: nothing is filled in, replaced or looked for elsewhere. */
async function heldRows(
  table: Table | null,
  asked: readonly AskedColumn[],
  { isIdHidden, signal }: Pick<CountOptions, 'isIdHidden' | 'signal'>,
): Promise<FailureCounts> {
  const columns = asked.map(({ name, column, before, stored }): JudgedColumn => {
    const isMasked = before?.sensitive !== undefined;
    const { path: _path, aliases: _aliases, default: _default, onUnknown: _unknown, ...shown } = column;
    const { sensitive: _mask, epoch: _epoch, ...judged } = shown;
    const masked = { type: 'string', ...(column.cde === undefined ? {} : { cde: column.cde }) } as const;
    return {
      name,
      column: { ...(isMasked ? masked : judged), path: formatPath([stored]) },
      already: null,
      isHidden: isMasked || column.sensitive !== undefined,
    };
  });
  const names = table?.schema().fields.map(({ name }) => name) ?? [];
  const paths = names.map((name) => ({ name, path: formatPath([name]) }));
  return await countFailures(table, { columns, paths, isIdHidden, signal });
}

/** What would come of the payloads now. Of a column that was masked, rows that failed before are none of those that are there. */
async function rebuiltRows(
  table: Table | null,
  asked: readonly AskedColumn[],
  signal: AbortSignal | undefined,
): Promise<FailureCounts> {
  const columns = asked.map(
    ({ name, column, before, stored }): JudgedColumn => ({
      name,
      column: unmasked(name, column),
      already: before?.sensitive === undefined ? null : unmasked(stored, before),
      isHidden: true,
    }),
  );
  const paths = table === null ? [] : standardizedPaths(table);
  return await countFailures(table, { columns, paths, isIdHidden: true, signal });
}

/** A column as it is read from the payload, under whatever name. */
function unmasked(name: string, column: ContractColumn): ContractColumn {
  const { sensitive: _mask, ...shown } = column;
  return { ...shown, path: columnPaths(name, column)[0]! };
}

function hidesIds({ columns }: TopicContract): boolean {
  return Object.entries(columns).some(
    ([name, column]) => column.sensitive !== undefined && columnPaths(name, column).includes('message_id'),
  );
}

function rebuiltNote(rows: number, failing: number): string {
  const all = rows.toLocaleString('en');
  return failing === 0
    ? `a rebuild from RAW would pass all ${all} rows of Standardized`
    : `a rebuild from RAW would make errors of ${failing.toLocaleString('en')} of ${all} rows of Standardized`;
}
