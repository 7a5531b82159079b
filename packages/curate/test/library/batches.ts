import {
  RecordBatch as Batch,
  Field,
  makeData,
  type RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';

/** A batch of columns; texts where an array is given. */
export function batchOf(columns: Readonly<Record<string, Vector | readonly (string | null)[]>>): RecordBatch {
  const vectors = Object.entries(columns).map(([name, values]): [string, Vector] => [
    name,
    Array.isArray(values) ? vectorFromArray(values as (string | null)[], new Utf8()) : (values as Vector),
  ]);
  const fields = vectors.map(([name, vector]) => new Field(name, vector.type, true));
  const length = vectors[0]?.[1].length ?? 0;
  const children = vectors.map(([, vector]) => vector.data[0]!);
  return new Batch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length, nullCount: 0, children }),
  );
}

export function textsOf(payloads: readonly (string | null)[], name = 'json_payload'): RecordBatch {
  return batchOf({ [name]: payloads });
}

/** Values of a batch row by row, as Arrow's own reader gives them. */
export function rowsOf(batch: RecordBatch): Record<string, unknown>[] {
  const table = new Table([batch]);
  return Array.from({ length: batch.numRows }, (_, row) =>
    Object.fromEntries(
      batch.schema.fields.map(({ name }) => [name, table.getChild(name)!.get(row) as unknown]),
    ),
  );
}

/** Cuts a batch in parts of the given sizes, the last taking what is left. */
export function cut(batch: RecordBatch, sizes: readonly number[]): RecordBatch[] {
  const parts: RecordBatch[] = [];
  let begin = 0;
  for (const size of [...sizes, batch.numRows]) {
    const end = Math.min(batch.numRows, begin + size);
    if (end > begin) parts.push(batch.slice(begin, end));
    begin = end;
  }
  return parts;
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export async function* oneByOne<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

export async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
