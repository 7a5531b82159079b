import { Flattener, OVERFLOW_COLUMN, utf8ColumnOf } from '@lean-ops/curate';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { linesOf } from '../input/line-splitter.js';
import { UsageError } from '../usage-error.js';

export interface FlattenCommandOptions {
  readonly maxDepth: number;
  readonly maxColumns: number;
}

export async function flattenLines(options: FlattenCommandOptions, context: CommandContext): Promise<void> {
  const { stdin, stdout } = context;
  if ((stdin as { isTTY?: boolean }).isTTY === true) {
    throw new UsageError(
      'flatten reads newline-delimited JSON from standard input: lean-ops flatten < events.ndjson',
    );
  }
  const flattener = new Flattener(options);
  for await (const lines of linesOf(stdin)) {
    const { text, failures } = flattenBatch(flattener, lines);
    if (failures > 0) context.verdict = EXIT.no;
    await stdout.write(text);
    if (stdout.closed) return;
  }
}

/** One output line per input line, in their order. */
function flattenBatch(
  flattener: Flattener,
  lines: readonly Uint8Array[],
): { text: string; failures: number } {
  const batch = flattener.flatten(utf8ColumnOf(lines));
  const output = new Array<string>(lines.length);
  const columns = batch.columns.map(({ name, vector }) => ({ key: JSON.stringify(name), vector }));
  if (batch.overflow !== null) columns.push({ key: JSON.stringify(OVERFLOW_COLUMN), vector: batch.overflow });
  for (let row = 0; row < batch.rowCount; row += 1) {
    const members: string[] = [];
    for (const { key, vector } of columns) {
      const value = vector.get(row);
      if (value !== null) members.push(`${key}:${JSON.stringify(value)}`);
    }
    output[batch.rows[row] ?? 0] = `{${members.join(',')}}\n`;
  }
  for (const { row, reason, offset } of batch.failures) {
    output[row] = `${JSON.stringify({ _parse_error: { reason, offset } })}\n`;
  }
  return { text: output.join(''), failures: batch.failures.length };
}
