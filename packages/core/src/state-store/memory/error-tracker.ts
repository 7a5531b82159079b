import type { ErrorTracker, TrackedError, TrackedErrorFilter } from '../../ports/state-store.js';
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

  async changeStatus(
    id: string,
    { from, to, change }: Parameters<ErrorTracker['changeStatus']>[1],
  ): Promise<boolean> {
    const error = this.#errors.get(id);
    if (error === undefined) throw trackedErrorNotFound(id);
    if (error.status !== from.status || error.replays !== from.replays) return false;
    const { status, replays } = to;
    this.#errors.set(id, { ...error, status, replays, lastChange: { ...change } });
    return true;
  }
}
