/** Where the values of one path go while rows are scanned, one row after another. */
export interface ValueColumn {
  readonly name: string;
  /** As `formatPath` writes it. */
  readonly path: string;
  /** `source[start..end)` is the value of `row`. */
  append(source: Uint8Array, start: number, end: number, row: number): void;
  /**
   * What the content of a JSON string means is the value of `row`; not where it holds a lone surrogate.
   *
   * @returns whether it was appended.
   */
  appendUnescaped(source: Uint8Array, start: number, end: number, row: number): boolean;
  /** The path is there in `row`, with a null whose token begins at `start`. */
  appendNull(row: number, start: number): void;
  /** Takes the value of `row` back, when it has one. */
  retract(row: number): void;
}
