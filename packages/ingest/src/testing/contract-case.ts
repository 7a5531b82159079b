/** One named case of a contract suite; it passes when `run` resolves. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Matches an error by its code, for `assert.rejects`. */
export function withCode(code: string): (error: unknown) => boolean {
  return (error) => (error as { code?: unknown } | null)?.code === code;
}
