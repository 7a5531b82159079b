import type { Place } from '../contract/read-contracts.js';

/** Why a document of views cannot be turned into SQL. */
export interface SemanticFault {
  readonly place: Place;
  readonly message: string;
}

/** What an expression is refused for, and where in its text. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault';
  /** Characters from the start of the expression. */
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** `file:line:column: message`, as editors and continuous integration read it. */
export function faultText({ place, message }: SemanticFault): string {
  return `${place.file}:${place.line}:${place.column}: ${message}`;
}
