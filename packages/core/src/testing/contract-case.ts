/** One named case of a contract suite; it passes when `run` resolves. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}
