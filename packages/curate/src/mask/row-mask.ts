import { DataType, type RecordBatch } from 'apache-arrow';
import { OVERFLOW_COLUMN, overflowTokens, tokenText } from '../flatten/overflow.js';
import type { ColumnPath } from '../flatten/types.js';
import { parsePath } from '../path/json-path.js';
import { columnText, type TextAt } from '../validate/column-text.js';
import { type Mask, REDACTED } from './mask.js';

/** A path whose values are hidden; `mask` is null where they are left out. */
export interface SensitivePath {
  /** A JSON path, or the name of an envelope column. */
  readonly path: string;
  readonly mask: Mask | null;
}

/** What to do with a text: show it, hide it so, or (null) leave it out. */
type Treatment = Mask | null | 'show';

const redact: Mask = () => REDACTED;

/**
 * Shows Standardized rows with their sensitive values masked.
 *
 * The sensitive path itself is masked as the contract says. What stands above or below it (a JSON text that may hold
 * it, an object where a scalar was expected) is redacted whole. So is an envelope column that repeats a sensitive value
 * of the row, and, where an envelope column is the sensitive one, the payload value that it was taken from.
 */
export class RowMask {
  readonly #sensitive: readonly SensitivePath[];
  readonly #columns: readonly ColumnPath[];

  constructor(sensitive: readonly SensitivePath[], columns: readonly ColumnPath[]) {
    this.#sensitive = sensitive;
    this.#columns = columns;
  }

  /** Whether a path is, holds or is part of a sensitive one. */
  touches(path: string): boolean {
    return this.#treatment(path) !== 'show';
  }

  /** Column → masked text of any row of a batch: envelope and payload columns, not those that begin with `_`. */
  over(batch: RecordBatch): (row: number) => Record<string, string | null> {
    const paths = new Map(this.#columns.map(({ name, path }) => [name, path]));
    const cells = batch.schema.fields
      .filter(({ name, type }) => paths.has(name) || (!name.startsWith('_') && isReadable(type)))
      .map(({ name }) => {
        const path = paths.get(name);
        const treatment = this.#treatment(path ?? name);
        return { name, isEnvelope: path === undefined, text: columnText(batch, name), treatment };
      });
    const sensitive = cells.filter(({ treatment }) => treatment !== 'show');
    const sensitiveEnvelope = sensitive.filter(({ isEnvelope }) => isEnvelope);
    const overflow = batch.getChild(OVERFLOW_COLUMN) === null ? null : columnText(batch, OVERFLOW_COLUMN);
    return (row) => {
      const shown: Record<string, string | null> = {};
      const hidden = hiddenTexts(sensitive, row);
      const hiddenEnvelope = hiddenTexts(sensitiveEnvelope, row);
      for (const { name, text, isEnvelope, treatment } of cells) {
        const found = text(row);
        const repeats =
          treatment === 'show' &&
          found !== null &&
          (isEnvelope ? hidden : hiddenEnvelope)?.has(decode(found)) === true;
        const applied = repeats ? redact : treatment;
        if (applied !== null) shown[name] = found === null ? null : apply(applied, found);
      }
      if (overflow !== null) shown[OVERFLOW_COLUMN] = this.#overflow(overflow(row), hiddenEnvelope);
      return shown;
    };
  }

  #treatment(path: string): Treatment {
    let treatment: Treatment = 'show';
    for (const { path: sensitive, mask } of this.#sensitive) {
      if (sensitive === path) return mask;
      if (isRelated(sensitive, path)) treatment = redact;
    }
    return treatment;
  }

  #overflow(found: Uint8Array | null, hidden: ReadonlySet<string> | null): string | null {
    if (found === null) return null;
    const entries: string[] = [];
    for (const [path, token] of overflowTokens(decode(found))) {
      const value = tokenText(token);
      const own = this.#treatment(path);
      const treatment = own === 'show' && value !== null && hidden?.has(value) ? redact : own;
      if (treatment === null) continue;
      const shown =
        treatment === 'show' || value === null
          ? token
          : JSON.stringify(treatment(Buffer.from(value, 'utf8')));
      entries.push(`${JSON.stringify(path)}:${shown}`);
    }
    return `{${entries.join(',')}}`;
  }
}

/** What some cells of a row hold; null where there are none, as with most contracts. */
function hiddenTexts(cells: readonly { readonly text: TextAt }[], row: number): ReadonlySet<string> | null {
  if (cells.length === 0) return null;
  const texts = cells.map(({ text }) => text(row)).filter((text) => text !== null && text.length > 0);
  return new Set(texts.map((text) => decode(text!)));
}

function apply(treatment: Exclude<Treatment, null>, text: Uint8Array): string {
  return treatment === 'show' ? decode(text) : treatment(text);
}

function decode(text: Uint8Array): string {
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8');
}

function isReadable(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isTimestamp(type);
}

/** Whether one JSON path is a beginning of the other. */
function isRelated(left: string, right: string): boolean {
  if (!left.startsWith('$') || !right.startsWith('$')) return false;
  const leftKeys = parsePath(left);
  const rightKeys = parsePath(right);
  const shared = Math.min(leftKeys.length, rightKeys.length);
  for (let index = 0; index < shared; index++) if (leftKeys[index] !== rightKeys[index]) return false;
  return true;
}
