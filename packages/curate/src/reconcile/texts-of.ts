import type { Table } from '@lean-ops/iceberg';
import { utf8Column } from '../flatten/utf8-column.js';
import { textAt, vectorOf } from '../standardize/raw-batch.js';

/** The values of one column of text. */
export async function* textsOf(table: Table, column: string): AsyncGenerator<string> {
  for await (const batch of table.scan({ columns: [column] })) {
    const texts = utf8Column(vectorOf(batch, column));
    for (let row = 0; row < batch.numRows; row++) yield textAt(texts, row) as string;
  }
}
