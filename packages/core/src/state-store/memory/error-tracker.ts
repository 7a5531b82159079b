import type {
  ErrorTracker,
  TrackedError,
  TrackedErrorFilter,
  TrackedStatus,
} from '../../ports/state-store.js';
import { matchesFilter, trackedErrorNotFound } from '../rules.js';

export class MemoryErrorTracker implements ErrorTracker {
  readonly #errors = new Map<string, TrackedError>();

  async record(error: TrackedError): Promise<boolean> {
    if (this.#errors.has(error.id)) return false;
    this.#errors.set(error.id, { ...error });
    return true;
  }

  async get(id: string): Promise<TrackedError | null> {
    const error = this.#errors.get(id);
    return error === undefined ? null : { ...error };
  }

  async *list(filter: TrackedErrorFilter = {}): AsyncIterable<TrackedError> {
    const found = [...this.#errors.values()].filter((error) => matchesFilter(error, filter));
    found.sort((left, right) => left.firstSeenAt - right.firstSeenAt || (left.id < right.id ? -1 : 1));
    for (const error of found) yield { ...error };
  }

  async setStatus(id: string, status: TrackedStatus, replays: number): Promise<void> {
    const error = this.#errors.get(id);
    if (error === undefined) throw trackedErrorNotFound(id);
    this.#errors.set(id, { ...error, status, replays });
  }
}
