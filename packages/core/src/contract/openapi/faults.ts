import type { ContractFinding } from '../parse-contract.js';
import { type Place, valueAt } from './place.js';

/** Above this many, the rest would only repeat them. */
const MOST_FAULTS = 1_000;

/** What is wrong with the documents of a contract, in order of discovery, each once. */
export class Faults {
  readonly #found = new Map<string, ContractFinding>();

  add(at: Place, reason: string): void {
    const { source, path, atKey = false } = at;
    const position = atKey ? source.document.positionOfKey(path) : source.document.positionOf(path);
    const value = atKey ? path.at(-1) : valueAt(at);
    this.addFinding({
      file: source.file,
      ...position,
      path: path.length === 0 ? '(top)' : path.join('.'),
      value: value ?? null,
      reason,
    });
  }

  addFinding(finding: ContractFinding): void {
    const { file, line, column, reason } = finding;
    if (this.#found.size < MOST_FAULTS) this.#found.set(`${file}:${line}:${column}:${reason}`, finding);
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  all(): ContractFinding[] {
    return [...this.#found.values()];
  }
}
