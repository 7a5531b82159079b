import type { ContractColumn } from '@lean-ops/core';
import { RE2JS } from 're2js';
import type { CastValue } from '../cast/cast-result.js';
import { type Cast, castMessage, castOf } from '../cast/cast-value.js';
import { type TypeShape, typeShape } from '../cast/contract-type.js';
import { CurateError } from '../error.js';
import { type CompareToBound, compileBound } from './range.js';
import type { ColumnFailure, FailureCode } from './row-failure.js';

const LONGEST_SHOWN = 80;

/** A typed value; a string's is its UTF-8 bytes. */
export type CellValue = Exclude<CastValue, string> | null;

/** What checking one value told besides the value itself. */
export interface CellObserver {
  fail(failure: ColumnFailure): void;
  defaultFilled(): void;
  unknownEnum(): void;
}

/** One contract column made ready: default, CDE, strict cast, enum, range and pattern. */
export class CellCheck {
  readonly name: string;
  readonly column: ContractColumn;
  readonly shape: TypeShape;
  /** Whether messages leave the value out. */
  readonly #withheld: boolean;
  readonly #cast: Cast | null;
  readonly #default: Uint8Array | null;
  readonly #enum: ReadonlySet<string> | null;
  readonly #min: CompareToBound | null;
  readonly #max: CompareToBound | null;
  readonly #pattern: RE2JS | null;

  /** @throws {CurateError} `CONTRACT_INVALID` naming column and rule. */
  constructor(name: string, column: ContractColumn, withheld: boolean) {
    this.name = name;
    this.column = column;
    this.shape = typeShape(column.type);
    this.#withheld = withheld;
    this.#cast = castOf(this.shape, column);
    this.#enum = column.enum === undefined ? null : new Set(column.enum);
    this.#min = this.#bound('min');
    this.#max = this.#bound('max');
    this.#refuseEmptyRange();
    this.#pattern = this.#compilePattern();
    this.#default = column.default === undefined ? null : this.#checkDefault(String(column.default));
  }

  /**
   * The typed value of a text, or null where there is none or it failed: failures go to the observer, every one of
   * them, save that a value that cannot be cast is not checked further.
   */
  read(found: Uint8Array | null, observer: CellObserver): CellValue {
    let text = found;
    if (text === null && this.#default !== null) {
      text = this.#default;
      observer.defaultFilled();
    }
    if (text !== null && this.column.onUnknown === 'null' && !this.#isInEnum(text)) {
      text = null;
      observer.unknownEnum();
    }
    if (text === null) {
      if (this.column.cde)
        this.#fail(observer, 'CDE_MISSING', null, 'is a critical data element and is missing');
      return null;
    }
    if (this.column.cde === 'nonblank' && Buffer.from(text).toString('utf8').trim() === '') {
      this.#fail(observer, 'CDE_BLANK', null, 'is a critical data element and is blank');
      return null;
    }
    const value = this.#cast === null ? text : this.#cast(text);
    if (typeof value === 'string') {
      this.#fail(observer, `CAST_${value}`, text, castMessage(value, this.column.type));
      return null;
    }
    this.#checkRules(text, value, observer);
    return value;
  }

  /** The text that {@link read} took: what was found, else the default. */
  textOf(found: Uint8Array | null): Uint8Array | null {
    return found ?? this.#default;
  }

  #checkRules(text: Uint8Array, value: Exclude<CellValue, null>, observer: CellObserver): void {
    const { min, max, pattern } = this.column;
    if (!this.#isInEnum(text))
      this.#fail(observer, 'ENUM_UNKNOWN', text, 'is not one of the values of the enum');
    if (this.#min !== null && this.#min(value) < 0)
      this.#fail(observer, 'BELOW_MIN', text, `is below ${min}`);
    if (this.#max !== null && this.#max(value) > 0)
      this.#fail(observer, 'ABOVE_MAX', text, `is above ${max}`);
    if (this.#pattern !== null && !this.#pattern.testExact(Buffer.from(text).toString('utf8'))) {
      this.#fail(observer, 'PATTERN_MISMATCH', text, `does not match ${pattern}`);
    }
  }

  #isInEnum(text: Uint8Array): boolean {
    return this.#enum === null || this.#enum.has(Buffer.from(text).toString('utf8'));
  }

  #fail(observer: CellObserver, code: FailureCode, text: Uint8Array | null, what: string): void {
    const shown = text === null ? '' : this.#withheld ? 'the value (withheld) ' : `${quoted(text)} `;
    observer.fail({ column: this.name, code, message: `${this.name}: ${shown}${what}` });
  }

  #bound(rule: 'min' | 'max'): CompareToBound | null {
    const bound = this.column[rule];
    if (bound === undefined) return null;
    const compiled = compileBound(this.shape, bound, this.column);
    if (compiled === null)
      throw this.#invalid(rule, `${JSON.stringify(bound)} is no bound for ${this.column.type}`);
    return compiled;
  }

  #refuseEmptyRange(): void {
    const { min, max } = this.column;
    if (this.#min === null || max === undefined) return;
    const text = Buffer.from(String(max), 'utf8');
    const most = this.#cast === null ? text : this.#cast(text);
    // A bound may have more digits than a value: then it is none.
    if (typeof most !== 'string' && this.#min(most) < 0)
      throw this.#invalid(
        'min',
        `${JSON.stringify(min)} is above max (${JSON.stringify(max)}): no value could pass`,
      );
  }

  #compilePattern(): RE2JS | null {
    const { pattern } = this.column;
    if (pattern === undefined) return null;
    try {
      return RE2JS.compile(pattern);
    } catch (cause) {
      throw this.#invalid('pattern', `${JSON.stringify(pattern)} is not a regular expression of RE2`, cause);
    }
  }

  #checkDefault(spelled: string): Uint8Array {
    const text = Buffer.from(spelled, 'utf8');
    this.read(text, {
      fail: ({ code }) => {
        throw this.#invalid('default', `${JSON.stringify(spelled)} fails the column's own rules (${code})`);
      },
      defaultFilled: () => {},
      unknownEnum: () => {
        throw this.#invalid('default', `${JSON.stringify(spelled)} is not one of the values of the enum`);
      },
    });
    return text;
  }

  #invalid(rule: string, what: string, cause?: unknown): CurateError {
    return new CurateError(`contract column ${this.name}, ${rule}: ${what}`, {
      code: 'CONTRACT_INVALID',
      context: { column: this.name, rule },
      cause,
    });
  }
}

function quoted(text: Uint8Array): string {
  const spelled = JSON.stringify(Buffer.from(text).toString('utf8'));
  // The cut may go through a character of two code units, and half of one is no text.
  return spelled.length <= LONGEST_SHOWN ? spelled : `${spelled.slice(0, LONGEST_SHOWN).toWellFormed()}…`;
}
