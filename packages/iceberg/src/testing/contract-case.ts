/** One promise of a contract, for any test runner: it throws where the promise is broken. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}
