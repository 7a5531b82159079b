import { abortedBy, IcebergError, throwIfAborted } from '../error.js';

/** Ends the waiting of a call. */
export interface AbortOptions {
  /** Once it fires, the call fails with `ABORTED`, whose cause is the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** How long to wait, after a signal has fired, for what is cleaned up behind it. */
const CLEAN_UP_MS = 2000;

/**
 * Waits for work until a signal fires, be the work heedless of the signal or not: then, and where the work fails with
 * the signal's reason, the error is `ABORTED`. Work is not begun under a signal that has fired. Typed errors of the work
 * pass through.
 */
export async function abortable<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work();
  throwIfAborted(signal);
  const fired = whenFired(signal);
  try {
    return await Promise.race([work(), fired.promise.then(() => Promise.reject(abortedBy(signal)))]);
  } catch (error) {
    if (!(error instanceof IcebergError)) throwIfAborted(signal);
    throw error;
  } finally {
    fired.forget();
  }
}

/** Items that come one by one until a signal fires; a source that does not answer then is not waited for. */
export async function* abortableItems<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* items;
    return;
  }
  const source = items[Symbol.asyncIterator]();
  let open = true;
  try {
    for (;;) {
      const next = await abortable(async () => source.next(), signal);
      if (next.done === true) {
        open = false;
        return;
      }
      yield next.value;
    }
  } catch (error) {
    // A source that has failed is at its end; one that was given up is to be told.
    open = signal.aborted;
    throw error;
  } finally {
    if (open) {
      const closed = (async () => source.return?.())();
      if (signal.aborted) closed.catch(() => undefined);
      else await closed;
    }
  }
}

/** Waits for clean-up that never fails; once a signal has fired, for a short time at most, and it goes on unwatched. */
export async function cleanedUp(
  work: Promise<void>,
  signal: AbortSignal | undefined,
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>,
): Promise<void> {
  if (signal === undefined) return work;
  const done = new AbortController();
  const fired = whenFired(signal);
  const timeIsUp = fired.promise.then(() => sleep(CLEAN_UP_MS, done.signal)).catch(() => undefined);
  try {
    await Promise.race([work, timeIsUp]);
  } finally {
    fired.forget();
    done.abort();
  }
}

/** Resolves when a signal fires; `forget` takes the listener away again. */
function whenFired(signal: AbortSignal): { promise: Promise<void>; forget: () => void } {
  let fire = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    fire = resolve;
  });
  if (signal.aborted) fire();
  else signal.addEventListener('abort', fire, { once: true });
  return { promise, forget: () => signal.removeEventListener('abort', fire) };
}
