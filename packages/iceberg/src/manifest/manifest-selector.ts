import { type AvroBlocks, openAvro, requireEnd, requireRoom, unpackedBlocks } from '../avro/avro-blocks.js';
import { decodingFile } from '../avro/avro-container.js';
import type { AvroType } from '../avro/avro-decoder.js';
import { AvroReader } from '../avro/avro-reader.js';
import { IcebergError } from '../error.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { DataFile, ManifestEntry } from './data-file.js';
import { entryDecoder, partitionDecoder } from './manifest-codec.js';
import type { ManifestFile } from './manifest-file.js';

/** What of a manifest's entries is wanted. */
export interface EntrySelection {
  /** Columns whose statistics {@link matches} looks at. */
  readonly fieldIds: readonly number[];
  /** Those of them whose counts of NaN it looks at. */
  readonly nanFieldIds: readonly number[];
  /** Judges a file by its partition, before its statistics are read. */
  readonly partitionMatches: (file: EntryFacts) => boolean;
  /** Judges a file by its statistics. */
  readonly matches: (file: EntryFacts) => boolean;
}

/** The facts that files are chosen by. One object serves all entries of a manifest: it is not to be kept. */
type EntryFacts = Pick<
  DataFile,
  | 'specId'
  | 'partition'
  | 'valueCounts'
  | 'nullValueCounts'
  | 'nanValueCounts'
  | 'lowerBounds'
  | 'upperBounds'
>;

/**
 * Decodes the live entries that a selection wants, all others only so far as to judge them: most of a manifest are
 * statistics of columns that nobody asks for. `null` where the manifest has an unusual form: then it is to be decoded
 * whole.
 *
 * Throws `CORRUPT_FILE`, `UNSUPPORTED_FEATURE`.
 */
export async function selectEntries(
  bytes: Uint8Array,
  manifest: ManifestFile,
  partition: readonly ResolvedPartitionField[],
  selection: EntrySelection,
): Promise<ManifestEntry[] | null> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const file = decodingFile(manifest.path, () => openAvro(buffer));
  const steps = entrySteps(file);
  if (steps === null) return null;
  const judge = new EntryJudge(steps, manifest.specId, partitionDecoder(file.schema, partition), selection);
  const rowIds = new RowIds(manifest.firstRowId);
  const decode = entryDecoder(file.schema, manifest, partition);
  const selected: ManifestEntry[] = [];
  try {
    for await (const block of unpackedBlocks(file, manifest.path)) {
      const reader = new AvroReader(block.bytes);
      requireRoom(file.type, block.count, reader);
      for (let index = 0; index < block.count; index++) {
        const start = reader.position;
        const wanted = judge.wants(reader);
        const firstRowId = rowIds.next(judge);
        if (!wanted) continue;
        reader.position = start;
        const entry = decode(file.type.decode(reader));
        selected.push(firstRowId === undefined ? entry : { ...entry, file: { ...entry.file, firstRowId } });
      }
      requireEnd(reader);
    }
  } catch (cause) {
    return decodingFile(manifest.path, () => {
      throw cause instanceof IcebergError ? cause : (cause as Error);
    });
  }
  return selected;
}

const DELETED = 2;
const STATISTICS = {
  value_counts: 'valueCounts',
  null_value_counts: 'nullValueCounts',
  nan_value_counts: 'nanValueCounts',
  lower_bounds: 'lowerBounds',
  upper_bounds: 'upperBounds',
} as const;

type StatisticName = keyof typeof STATISTICS;

/** What to do with the fields of an entry, in their order. */
type Step =
  | { readonly kind: 'skip' | 'status' | 'partition' | 'rows' | 'rowId'; readonly type: AvroType }
  | StatisticStep;

interface StatisticStep {
  readonly kind: 'statistic';
  readonly type: AvroType;
  readonly into: (typeof STATISTICS)[StatisticName];
  readonly optional: boolean;
  readonly value: AvroType;
}

/** `null` where the schema is not of the form that the specification gives. */
function entrySteps({ type }: AvroBlocks): Step[] | null {
  const steps: Step[] = [];
  for (const field of type.fields ?? []) {
    if (field.name === 'status') steps.push({ kind: 'status', type: field.type });
    else if (field.name !== 'data_file') steps.push({ kind: 'skip', type: field.type });
    else if (field.type.fields === undefined) return null;
    else {
      for (const part of field.type.fields) {
        const step = fileStep(part.name, part.type);
        if (step === null) return null;
        steps.push(step);
      }
    }
  }
  const kinds = steps.map((step) => step.kind);
  return (['status', 'partition', 'rows'] as const).every((kind) => kinds.includes(kind)) ? steps : null;
}

function fileStep(name: string, type: AvroType): Step | null {
  if (name === 'partition') return { kind: 'partition', type };
  if (name === 'record_count') return { kind: 'rows', type };
  if (name === 'first_row_id') return { kind: 'rowId', type };
  if (!(name in STATISTICS)) return { kind: 'skip', type };
  const into = STATISTICS[name as StatisticName];
  const optional = type.branches !== undefined;
  if (optional && (type.branches?.length !== 2 || type.branches[0]!.primitive !== 'null')) return null;
  const pair = (type.branches?.[1] ?? type).item?.fields;
  if (pair?.length !== 2 || pair[0]!.name !== 'key' || pair[0]!.type.primitive !== 'int') return null;
  if (pair[1]!.type.primitive !== (into.endsWith('Counts') ? 'long' : 'bytes')) return null;
  return { kind: 'statistic', type, into, optional, value: pair[1]!.type };
}

/** Data files without row ids of their own take the manifest's, one after the other (spec, "First Row ID Inheritance"). */
class RowIds {
  #next: bigint | undefined;

  constructor(first: bigint | undefined) {
    this.#next = first;
  }

  /** What an entry inherits, if anything. */
  next({ live, rows, hasRowId }: EntryJudge): bigint | undefined {
    if (this.#next === undefined || !live || hasRowId) return undefined;
    const inherited = this.#next;
    this.#next += BigInt(rows as bigint);
    return inherited;
  }
}

class EntryJudge {
  /** Facts of the last entry. */
  live = false;
  hasRowId = false;
  rows: unknown = 0n;
  readonly #steps: readonly Step[];
  readonly #partition: (record: unknown) => DataFile['partition'];
  readonly #selection: EntrySelection;
  readonly #facts: {
    specId: number;
    partition: DataFile['partition'];
    valueCounts: Map<number, bigint>;
    nullValueCounts: Map<number, bigint>;
    nanValueCounts: Map<number, bigint>;
    lowerBounds: Map<number, Uint8Array>;
    upperBounds: Map<number, Uint8Array>;
  };

  constructor(
    steps: readonly Step[],
    specId: number,
    partition: (record: unknown) => DataFile['partition'],
    selection: EntrySelection,
  ) {
    this.#steps = steps;
    this.#partition = partition;
    this.#selection = selection;
    this.#facts = {
      specId,
      partition: [],
      valueCounts: new Map(),
      nullValueCounts: new Map(),
      nanValueCounts: new Map(),
      lowerBounds: new Map(),
      upperBounds: new Map(),
    };
  }

  /** Moves the reader behind an entry and says whether it is live and wanted. */
  wants(reader: AvroReader): boolean {
    let wanted = true;
    this.hasRowId = false;
    for (let index = 0; index < this.#steps.length; index++) {
      const step = this.#steps[index]!;
      if (step.kind === 'status') {
        const status = reader.int();
        if (status < 0 || status > DELETED) throw new Error(`the status ${status} is not known`);
        this.live = status !== DELETED;
        wanted = this.live;
      } else if (step.kind === 'rows') {
        this.rows = step.type.decode(reader);
      } else if (step.kind === 'rowId') {
        this.hasRowId = step.type.decode(reader) !== null;
      } else if (wanted && step.kind === 'statistic') {
        this.#readStatistic(reader, step);
      } else if (wanted && step.kind === 'partition') {
        this.#facts.partition = this.#partition(step.type.decode(reader));
        wanted = this.#selection.partitionMatches(this.#facts);
      } else {
        step.type.skip(reader);
      }
    }
    return wanted && this.#selection.matches(this.#facts);
  }

  #readStatistic(reader: AvroReader, step: StatisticStep): void {
    const fieldIds = step.into === 'nanValueCounts' ? this.#selection.nanFieldIds : this.#selection.fieldIds;
    const into = this.#facts[step.into] as Map<number, unknown>;
    into.clear();
    if (fieldIds.length === 0) {
      step.type.skip(reader);
      return;
    }
    if (step.optional) {
      const branch = reader.int();
      if (branch === 0) return;
      if (branch !== 1) throw new Error(`the Avro index ${branch} is above 1`);
    }
    const read = (id: number): void => {
      into.set(id, step.value.decode(reader));
    };
    for (let count = reader.blockCount(2); count > 0; count = reader.blockCount(2))
      reader.pairs(count, step.value.primitive as 'long' | 'bytes', fieldIds, read);
  }
}
