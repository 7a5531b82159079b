import { concatBytes } from '../util/bytes.js';
import {
  decodeThrift,
  encodeThrift,
  I32,
  I64,
  LIST,
  STRUCT,
  type ThriftList,
  type ThriftStruct,
  type ThriftValue,
} from './thrift-compact.js';

/** Field ids of the Parquet format's Thrift definition (parquet.thrift). */
const FILE = { schema: 2, rowCount: 3, rowGroups: 4, keyValues: 5, columnOrders: 7 };
const ELEMENT = { typeLength: 2, repetition: 3, name: 4, childCount: 5, fieldId: 9 };
const REQUIRED = 0n;
const REPEATED = 2n;
const ROW_GROUP = { columns: 1, rowCount: 3, sortingColumns: 4, fileOffset: 5 };
const CHUNK = { filePath: 1, fileOffset: 2, metadata: 3, offsetIndex: [4, 5], columnIndex: [6, 7] };
const COLUMN = {
  type: 1,
  encodings: 2,
  path: 3,
  codec: 4,
  unpackedBytes: 6,
  compressedBytes: 7,
  dataPage: 9,
  indexPage: 10,
  dictionaryPage: 11,
  statistics: 12,
  bloomFilter: [14, 15],
};

const MAGIC = Buffer.from('PAR1');

/** Bytes of a column chunk in its file. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/** The chunk of a leaf of the schema. */
export interface LeafRange extends ChunkRange {
  /** Names from the top-level column down, with dots. */
  readonly path: string;
}

/** Columns that are wanted in part only, by name: the paths below them, each with all that is below it in turn. */
export type ColumnParts = ReadonlyMap<string, readonly (readonly string[])[]>;

const NO_PARTS: ColumnParts = new Map();

/** How a column that is not nested is stored in a row group. */
export interface ColumnChunk {
  readonly name: string;
  readonly range: ChunkRange;
  /** Numbers of Parquet's physical types, codecs and encodings. */
  readonly physicalType: number;
  readonly codec: number;
  readonly encodings: readonly number[];
  /** Bytes of a value, of a type of fixed length; else 0. */
  readonly typeLength: number;
  readonly nullable: boolean;
}

/** Where the Bloom filter of a column stands, and how the column's values are stored. */
export interface BloomFilterPlace {
  readonly offset: number;
  /** Bytes with the header; older writers do not say. */
  readonly length: number | null;
  /** Number of Parquet's physical type. */
  readonly physicalType: number;
  /** Bytes of a value, of a type of fixed length. */
  readonly typeLength: number | null;
}

/**
 * The footer of a Parquet file. It is read here, not by the Parquet library, so that a row group can be cut out as a
 * small file of its own: the library's reader of ranges ends the process on a damaged file, its reader of whole files
 * only throws. Throws an `Error` for a footer that is damaged.
 */
export class ParquetFooter {
  readonly #file: ThriftStruct;
  readonly #groups: readonly ThriftStruct[];
  #elements: Map<string, ThriftStruct> | undefined;
  /** Rows of each row group. */
  readonly rowCounts: readonly number[];

  constructor(footer: Uint8Array) {
    this.#file = decodeThrift(footer);
    this.#groups = list(this.#file, FILE.rowGroups).items.map(asStruct);
    this.rowCounts = this.#groups.map((group) => whole(group, ROW_GROUP.rowCount));
  }

  /** Bytes of all pages of the file when they are unpacked. */
  unpackedBytes(): number {
    let bytes = 0;
    for (const group of this.#groups.keys())
      for (const chunk of this.#chunks(group)) bytes += whole(metadataOf(chunk), COLUMN.unpackedBytes);
    return bytes;
  }

  /** Compressed bytes of all chunks of a column by field id, of the fields of nested columns too. */
  columnSizes(): Map<number, bigint> {
    const leaves = this.schemaElements.filter((element) => !element.has(ELEMENT.childCount));
    const sizes = new Map<number, bigint>();
    for (const group of this.#groups.keys()) {
      // Chunks stand in the order of the schema's leaves.
      for (const [position, chunk] of this.#chunks(group).entries()) {
        const leaf = leaves[position];
        if (!leaf?.has(ELEMENT.fieldId)) continue;
        const id = whole(leaf, ELEMENT.fieldId);
        const bytes = BigInt(whole(metadataOf(chunk), COLUMN.compressedBytes));
        sizes.set(id, (sizes.get(id) ?? 0n) + bytes);
      }
    }
    return sizes;
  }

  /** A file with the whole schema and no rows. */
  emptyFile(): Uint8Array {
    return parquetFile([], this.#copy({ schema: this.schemaElements, groups: [], rows: 0n }));
  }

  /** Where the chunks of top-level columns stand, in the order of {@link cutOut}'s chunks. */
  chunkRanges(group: number, columns: ReadonlySet<string>, parts?: ColumnParts): LeafRange[] {
    return this.#wantedChunks(group, columns, parts).map((chunk) => ({
      ...rangeOf(chunk),
      path: pathOf(chunk).join('.'),
    }));
  }

  #wantedChunks(group: number, columns: ReadonlySet<string>, parts: ColumnParts = NO_PARTS): ThriftStruct[] {
    return this.#chunks(group).filter((chunk) => {
      const name = topLevelName(chunk);
      if (!columns.has(name)) return false;
      const wanted = parts.get(name);
      return wanted === undefined || isWithin(pathOf(chunk).slice(1), wanted);
    });
  }

  /** Raw statistics of a leaf in a row group (`Statistics`) by its path, if there are any. */
  statistics(group: number, path: readonly string[]): ThriftStruct | undefined {
    const found = this.#leaf(group, path)?.get(COLUMN.statistics)?.value;
    return found instanceof Map ? found : undefined;
  }

  /** The Bloom filter of a leaf in a row group by its path, if there is one. */
  bloomFilter(group: number, path: readonly string[]): BloomFilterPlace | undefined {
    const metadata = this.#leaf(group, path);
    const [offset, length] = COLUMN.bloomFilter as [number, number];
    if (metadata === undefined || !metadata.has(offset)) return undefined;
    const element = this.#element(path);
    return {
      offset: whole(metadata, offset),
      length: metadata.has(length) ? whole(metadata, length) : null,
      physicalType: whole(metadata, COLUMN.type),
      typeLength: element?.has(ELEMENT.typeLength) === true ? whole(element, ELEMENT.typeLength) : null,
    };
  }

  /** A top-level column of primitive type in a row group, if it is one. */
  columnChunk(group: number, name: string): ColumnChunk | undefined {
    const element = this.#topLevelElement(name);
    const chunks = this.#chunks(group).filter((candidate) => topLevelName(candidate) === name);
    if (element === undefined || chunks.length !== 1) return undefined;
    const repetition = element.get(ELEMENT.repetition)?.value;
    if (element.has(ELEMENT.childCount) || repetition === REPEATED) return undefined;
    const metadata = metadataOf(chunks[0]!);
    return {
      name,
      range: rangeOf(chunks[0]!),
      physicalType: whole(metadata, COLUMN.type),
      codec: whole(metadata, COLUMN.codec),
      encodings: list(metadata, COLUMN.encodings).items.map(Number),
      typeLength: element.has(ELEMENT.typeLength) ? whole(element, ELEMENT.typeLength) : 0,
      nullable: repetition !== REQUIRED,
    };
  }

  #topLevelElement(name: string): ThriftStruct | undefined {
    this.#elements ??= this.#topLevelElements();
    return this.#elements.get(name);
  }

  #topLevelElements(): Map<string, ThriftStruct> {
    const elements = this.schemaElements;
    const found = new Map<string, ThriftStruct>();
    for (let start = 1; start < elements.length; start = subtreeEnd(elements, start))
      found.set(text(elements[start]!.get(ELEMENT.name)?.value), elements[start]!);
    return found;
  }

  /** The element of the schema at a path. */
  #element(path: readonly string[]): ThriftStruct | undefined {
    const elements = this.schemaElements;
    let [at, end] = [1, elements.length];
    for (const [depth, name] of path.entries()) {
      while (at < end && text(elements[at]!.get(ELEMENT.name)?.value) !== name) at = subtreeEnd(elements, at);
      if (at >= end) return undefined;
      if (depth === path.length - 1) return elements[at];
      end = subtreeEnd(elements, at);
      at++;
    }
    return undefined;
  }

  #leaf(group: number, path: readonly string[]): ThriftStruct | undefined {
    for (const chunk of this.#chunks(group)) {
      const metadata = metadataOf(chunk);
      const { items } = list(metadata, COLUMN.path);
      if (items.length === path.length && path.every((name, at) => text(items[at]) === name)) return metadata;
    }
    return undefined;
  }

  /** Elements of the schema, depth first, the root among them. */
  get schemaElements(): readonly ThriftStruct[] {
    return list(this.#file, FILE.schema).items.map(asStruct);
  }

  /**
   * A file that holds one row group with some of its top-level columns, which must exist, or parts of them. The library's
   * reader of whole files decodes every column there is, so that those not wanted are left out.
   */
  cutOut(
    group: number,
    columns: ReadonlySet<string>,
    chunks: readonly Uint8Array[],
    parts?: ColumnParts,
  ): Uint8Array {
    let at = MAGIC.length;
    const wanted = this.#wantedChunks(group, columns, parts);
    const moved = wanted.map((chunk, index) => {
      const by = at - rangeOf(chunk).start;
      at += chunks[index]!.length;
      return moveChunk(chunk, by);
    });
    const changed: ThriftStruct = new Map(this.#groups[group]!);
    changed.delete(ROW_GROUP.sortingColumns);
    changed.delete(ROW_GROUP.fileOffset);
    changed.set(ROW_GROUP.columns, { type: LIST, value: { itemType: STRUCT, items: moved } });
    const rows = BigInt(this.rowCounts[group]!);
    const schema = this.#schemaOf(columns, parts);
    return parquetFile(chunks, this.#copy({ schema, groups: [changed], rows }));
  }

  /** The schema with some top-level columns only: elements stand depth first, each with the count of its children. */
  #schemaOf(columns: ReadonlySet<string>, parts: ColumnParts = NO_PARTS): ThriftStruct[] {
    const elements = this.schemaElements;
    const kept: ThriftStruct[] = [];
    let count = 0n;
    for (let start = 1; start < elements.length; ) {
      const end = subtreeEnd(elements, start);
      const name = text(elements[start]!.get(ELEMENT.name)?.value);
      if (columns.has(name)) {
        const wanted = parts.get(name);
        const column = elements.slice(start, end);
        kept.push(...(wanted === undefined ? column : partsOf(column, [], wanted)));
        count++;
      }
      start = end;
    }
    const root: ThriftStruct = new Map(asStruct(elements[0]));
    root.set(ELEMENT.childCount, { type: I32, value: count });
    return [root, ...kept];
  }

  #chunks(group: number): ThriftStruct[] {
    return list(this.#groups[group]!, ROW_GROUP.columns).items.map(asStruct);
  }

  /**
   * The footer with another schema and other row groups. The writer's Arrow schema, which would have to fit, is left
   * out: types are those of Parquet.
   */
  #copy(parts: {
    schema: readonly ThriftStruct[];
    groups: readonly ThriftStruct[];
    rows: bigint;
  }): ThriftStruct {
    const file: ThriftStruct = new Map(this.#file);
    file.set(FILE.schema, { type: LIST, value: { itemType: STRUCT, items: parts.schema } });
    file.set(FILE.rowCount, { type: I64, value: parts.rows });
    file.set(FILE.rowGroups, { type: LIST, value: { itemType: STRUCT, items: parts.groups } });
    file.delete(FILE.keyValues);
    file.delete(FILE.columnOrders);
    return file;
  }
}

/** A group of the schema, elements depth first, with what lies within some paths below it; nothing where nothing does. */
function partsOf(
  elements: readonly ThriftStruct[],
  path: readonly string[],
  wanted: readonly (readonly string[])[],
): ThriftStruct[] {
  const [group] = elements as readonly [ThriftStruct];
  if (!group.has(ELEMENT.childCount)) return isWithin(path, wanted) ? [group] : [];
  const kept: ThriftStruct[] = [];
  let count = 0n;
  for (let start = 1; start < elements.length; ) {
    const end = subtreeEnd(elements, start);
    const name = text(elements[start]!.get(ELEMENT.name)?.value);
    const below = partsOf(elements.slice(start, end), [...path, name], wanted);
    if (below.length > 0) count++;
    kept.push(...below);
    start = end;
  }
  if (count === 0n) return [];
  return [new Map(group).set(ELEMENT.childCount, { type: I32, value: count }), ...kept];
}

function isWithin(path: readonly string[], parts: readonly (readonly string[])[]): boolean {
  return parts.some((part) => part.every((name, at) => path[at] === name));
}

/** Where the elements below `start` end. */
function subtreeEnd(elements: readonly ThriftStruct[], start: number): number {
  let end = start;
  for (let open = 1; open > 0; open--) {
    const element = elements[end++];
    if (element === undefined) throw new Error('the schema of the Parquet file ends early');
    if (element.has(ELEMENT.childCount)) open += whole(element, ELEMENT.childCount);
  }
  return end;
}

function parquetFile(chunks: readonly Uint8Array[], file: ThriftStruct): Uint8Array {
  const footer = encodeThrift(file);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return concatBytes([MAGIC, ...chunks, footer, length, MAGIC]);
}

function moveChunk(chunk: ThriftStruct, by: number): ThriftStruct {
  const moved: ThriftStruct = new Map(chunk);
  // Indexes are not copied along, so nothing may point to where they were.
  for (const field of [...CHUNK.offsetIndex, ...CHUNK.columnIndex]) moved.delete(field);
  const metadata: ThriftStruct = new Map(metadataOf(chunk));
  for (const field of [COLUMN.dataPage, COLUMN.dictionaryPage]) {
    const found = metadata.get(field);
    if (found !== undefined && (found.value as bigint) > 0n)
      metadata.set(field, { type: I64, value: (found.value as bigint) + BigInt(by) });
  }
  for (const field of [COLUMN.indexPage, ...COLUMN.bloomFilter]) metadata.delete(field);
  moved.set(CHUNK.metadata, { type: STRUCT, value: metadata });
  return moved;
}

function rangeOf(chunk: ThriftStruct): ChunkRange {
  if (chunk.has(CHUNK.filePath)) throw new Error('a column of the Parquet file stands in another file');
  const metadata = metadataOf(chunk);
  const dictionary = metadata.has(COLUMN.dictionaryPage) ? whole(metadata, COLUMN.dictionaryPage) : 0;
  const data = whole(metadata, COLUMN.dataPage);
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  return { start, end: start + whole(metadata, COLUMN.compressedBytes) };
}

function pathOf(chunk: ThriftStruct): string[] {
  return list(metadataOf(chunk), COLUMN.path).items.map(text);
}

function topLevelName(chunk: ThriftStruct): string {
  return text(list(metadataOf(chunk), COLUMN.path).items[0]);
}

function metadataOf(chunk: ThriftStruct): ThriftStruct {
  return asStruct(chunk.get(CHUNK.metadata)?.value);
}

function asStruct(value: ThriftValue | undefined): ThriftStruct {
  if (value instanceof Map) return value;
  throw new Error('the Parquet footer lacks a struct');
}

function list(struct: ThriftStruct, field: number): ThriftList {
  const value = struct.get(field)?.value;
  if (typeof value === 'object' && 'items' in value) return value;
  throw new Error(`the Parquet footer lacks the list ${field}`);
}

function whole(struct: ThriftStruct, field: number): number {
  const value = struct.get(field)?.value;
  if (typeof value === 'bigint' && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER))
    return Number(value);
  throw new Error(`the Parquet footer has no valid number ${field}`);
}

function text(value: ThriftValue | undefined): string {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString();
  throw new Error('the Parquet footer lacks a text');
}
