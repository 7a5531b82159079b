import type { OutputFormat } from '@lean-ops/iceberg/cli';
import type { CommandContext } from '../../command-context.js';

/** As many digits of an id as a table shows; commands take them for the whole. */
const SHOWN_DIGITS = 12;

export function shortId(id: string): string {
  return id.slice(0, SHOWN_DIGITS);
}

/** The format of rows where none was asked for. */
export function formatOf(format: OutputFormat | undefined, { stdout }: CommandContext): OutputFormat {
  return format ?? (stdout.isTerminal ? 'table' : 'ndjson');
}

/** Counts rows that have everything in common but their message; of what they need not share, the first is an example. */
export class Groups {
  readonly #groups = new Map<string, Record<string, unknown> & { messages: number }>();

  add(row: Readonly<Record<string, unknown>>, example: Readonly<Record<string, unknown>> = {}): void {
    const group = JSON.stringify(row);
    const known = this.#groups.get(group);
    if (known === undefined) this.#groups.set(group, { ...row, ...example, messages: 1 });
    else known.messages += 1;
  }

  /** The most frequent first. */
  rows(): Readonly<Record<string, unknown>>[] {
    return [...this.#groups.values()].sort((left, right) => right.messages - left.messages);
  }
}
