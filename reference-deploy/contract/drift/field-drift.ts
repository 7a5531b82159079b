import type { StateStore, TopicContract } from '@lean-ops/core';
import { columnPaths, contractPaths } from '@lean-ops/curate';
import { loadIfExists, type Table } from '@lean-ops/iceberg';
import { ColumnProfile } from '../infer/column-profile.js';
import { profileTable } from '../infer/row-profile.js';
import type { OpsSources } from '../ops-rows.js';
import { type LoggedDrift, loggedDrift } from './drift-log.js';
import { castProposal, mappingProposal, readsPath, renameProposal } from './propose.js';

/** A field of a topic's events that its contract does not know, or knows otherwise. */
export interface FieldDrift {
  readonly topic: string;
  readonly what: 'unmapped' | 'vanished' | 'renamed' | 'type changed' | 'over the limit';
  /** JSON path in the payload. */
  readonly field: string;
  /** Column of the contract, or of Standardized. */
  readonly column: string | null;
  /** Milliseconds since the epoch; null where the log does not reach back. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  /** Rows or values: of unmapped fields those that have one, else those that the runs counted. */
  readonly count: number;
  /** A value (of a vanished field the last), the path it had before, or what its values look like. Never of what is masked. */
  readonly sample: string | null;
  /** A line for `columns` of the contract. */
  readonly proposal: string | null;
}

interface FieldDriftOptions extends OpsSources {
  readonly state: Pick<StateStore, 'outbox' | 'topics' | 'contracts'>;
  /** Table-safe; default all that are registered. */
  readonly topics?: readonly string[];
  /** Rows of Standardized that are looked at per topic, to tell types. */
  readonly rows: number;
}

/**
 * What is different about the fields of topics and their contracts: fields that no column reads, and those that the runs
 * noted as vanished, renamed or of another type and that are so still.
 */
export async function fieldDrift(options: FieldDriftOptions): Promise<FieldDrift[]> {
  const { catalog, names, state, topics, rows } = options;
  const log = await loggedDrift(options);
  const found: FieldDrift[] = [];
  for (const { topic, contractVersion } of await state.topics.list()) {
    if (topics !== undefined && !topics.includes(topic)) continue;
    const contract = contractVersion === null ? null : await state.contracts.get(topic, contractVersion);
    const table = await loadIfExists(catalog, {
      namespace: names?.standardized ?? 'standardized',
      name: topic,
    });
    const own = log.filter((entry) => entry.topic === topic);
    const mapped = new Set(contract === null ? [] : contractPaths(contract));
    if (table !== null) found.push(...(await unmapped({ topic, contract, table, mapped, log: own, rows })));
    found.push(...(await vanished(own, contract, table)));
    found.push(...renamed(own, contract, mapped), ...typeChanged(own, contract), ...overLimit(own));
  }
  return found;
}

const said = ({ topic, firstSeen, lastSeen, count }: LoggedDrift) => ({ topic, firstSeen, lastSeen, count });
const ofKind = (log: readonly LoggedDrift[], kind: string): LoggedDrift[] =>
  log.filter((entry) => entry.kind === kind);

interface UnmappedOptions {
  readonly topic: string;
  readonly contract: TopicContract | null;
  readonly table: Table;
  readonly mapped: ReadonlySet<string>;
  readonly log: readonly LoggedDrift[];
  readonly rows: number;
}

async function unmapped({
  topic,
  contract,
  table,
  mapped,
  log,
  rows,
}: UnmappedOptions): Promise<FieldDrift[]> {
  if (columnPaths(table).every(({ path }) => mapped.has(path))) return [];
  const { columns } = await profileTable(table, rows, (path) => !mapped.has(path));
  const added = new Map(ofKind(log, 'COLUMN_ADDED').map((entry) => [entry.path, entry]));
  return columns.map((profile) => {
    const { firstSeen = null, lastSeen = null } = added.get(profile.path) ?? {};
    const { name, path, present: count } = profile;
    const proposal = mappingProposal(profile, contract);
    return {
      topic,
      what: 'unmapped',
      field: path,
      column: name,
      firstSeen,
      lastSeen,
      count,
      sample: sampleOf(profile),
      proposal,
    };
  });
}

/** Whoever may read Standardized may read this; what looks personal is still nobody's business here. */
function sampleOf({ sample, looksPersonal }: ColumnProfile): string | null {
  return looksPersonal ? null : sample;
}

/** Those that have not come back since, with the last value that they had. */
async function vanished(
  log: readonly LoggedDrift[],
  contract: TopicContract | null,
  table: Table | null,
): Promise<FieldDrift[]> {
  const gone = ofKind(log, 'FIELD_VANISHED').filter(({ path }) => path !== null);
  if (gone.length === 0 || table === null) return [];
  const columns = columnPaths(table).filter(({ path }) => gone.some((entry) => entry.path === path));
  const last = await lastValues(
    table,
    columns.map(({ name }) => name),
  );
  return gone.flatMap((entry) => {
    const column = columns.find(({ path }) => path === entry.path);
    const value = column === undefined ? undefined : last.get(column.name);
    if (value !== undefined && value.writtenAt > entry.lastSeen) return [];
    const profile = new ColumnProfile(column?.name ?? entry.path!, entry.path!);
    if (value !== undefined) profile.see(value.text);
    const sample = isSensitive(contract, entry.path!) ? null : sampleOf(profile);
    const what = 'vanished' as const;
    return [{ ...said(entry), what, field: entry.path!, column: entry.column, sample, proposal: null }];
  });
}

/** Whether a column that the contract masks reads a path. */
function isSensitive(contract: TopicContract | null, path: string): boolean {
  return Object.entries(contract?.columns ?? {}).some(
    ([name, column]) => column.sensitive !== undefined && readsPath(contract!, name, path),
  );
}

interface LastValue {
  readonly text: string;
  /** When its row was written, in milliseconds since the epoch. */
  readonly writtenAt: number;
}

/** The value of each column in the row that was written last and has one. */
async function lastValues(table: Table, names: readonly string[]): Promise<Map<string, LastValue>> {
  const last = new Map<string, LastValue>();
  if (names.length === 0 || table.currentSnapshot() === null) return last;
  for await (const batch of table.scan({ columns: [...names, '_updated_ts'] })) {
    const times = batch.getChild('_updated_ts')!.data[0]!.values as BigInt64Array;
    for (const name of names) {
      const values = batch.getChild(name)!;
      let latest = last.get(name)?.writtenAt ?? 0;
      let found = -1;
      for (let row = 0; row < batch.numRows; row++) {
        if (!values.isValid(row)) continue;
        const writtenAt = Number(times[row]! / 1_000n);
        if (writtenAt <= latest) continue;
        latest = writtenAt;
        found = row;
      }
      if (found !== -1) last.set(name, { text: String(values.get(found)), writtenAt: latest });
    }
  }
  return last;
}

/** Until a column reads the new field as well. */
function renamed(
  log: readonly LoggedDrift[],
  contract: TopicContract | null,
  mapped: ReadonlySet<string>,
): FieldDrift[] {
  return ofKind(log, 'FIELD_RENAMED')
    .filter(({ path }) => path !== null && !mapped.has(path))
    .map((entry) => {
      const [column, proposal] = renameProposal(contract, { from: entry.sample, to: entry.path! });
      return { ...said(entry), what: 'renamed', field: entry.path!, column, sample: entry.sample, proposal };
    });
}

/** Until the column has the type that its values look like. */
function typeChanged(log: readonly LoggedDrift[], contract: TopicContract | null): FieldDrift[] {
  return ofKind(log, 'TYPE_CHANGED').flatMap((entry) => {
    const proposal = castProposal(contract, entry.column, entry.sample);
    if (proposal === undefined) return [];
    const { column, sample } = entry;
    return [
      { ...said(entry), what: 'type changed' as const, field: entry.path ?? '', column, sample, proposal },
    ];
  });
}

function overLimit(log: readonly LoggedDrift[]): FieldDrift[] {
  return ofKind(log, 'COLUMN_LIMIT').map((entry) => ({
    ...said(entry),
    what: 'over the limit',
    field: entry.sample ?? '',
    column: entry.column,
    sample: null,
    proposal: null,
  }));
}
