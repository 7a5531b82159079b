import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { IcebergError } from '../error.js';
import { abortable, abortableItems, cleanedUp } from './abortable.js';

const never = new Promise<never>(() => undefined);
const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('abortable', () => {
  it('gives what the work gives, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const all = Array.from({ length: 100 }, (_, index) => abortable(async () => index, signal));
    expect(listenersOf(signal)).toBe(100);
    expect((await Promise.all(all)).at(-1)).toBe(99);
    await expect(abortable(() => Promise.reject(new Error('own')), signal)).rejects.toThrow('own');
    expect(listenersOf(signal)).toBe(0);
  });

  it('does not begin work under a signal that has fired', async () => {
    let begun = false;
    const work = abortable(async () => {
      begun = true;
    }, AbortSignal.abort('why'));
    await expect(work).rejects.toMatchObject({ code: 'ABORTED', cause: 'why' });
    expect(begun).toBe(false);
  });

  it('ends work that does not end, and takes the bare reason of the signal for what it is', async () => {
    for (const rejects of [false, true]) {
      const controller = new AbortController();
      const { signal } = controller;
      const work = abortable(
        () =>
          new Promise((_, reject) => {
            if (rejects) signal.addEventListener('abort', () => reject(signal.reason));
          }),
        signal,
      );
      controller.abort(new DOMException('late', 'TimeoutError'));
      const error: unknown = await work.catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(IcebergError);
      expect(error).toMatchObject({ code: 'ABORTED', cause: { name: 'TimeoutError' } });
    }
  });

  it('lets typed errors of the work through', async () => {
    const controller = new AbortController();
    const work = abortable(async () => {
      controller.abort();
      throw new IcebergError('It is open.', { code: 'COMMIT_STATE_UNKNOWN' });
    }, controller.signal);
    await expect(work).rejects.toMatchObject({ code: 'COMMIT_STATE_UNKNOWN' });
  });
});

describe('abortableItems', () => {
  async function* numbers(closed: string[]): AsyncGenerator<number> {
    try {
      for (let value = 0; ; value++) yield value;
    } finally {
      closed.push('source');
    }
  }

  it('closes the source of items that are not all taken', async () => {
    const closed: string[] = [];
    const { signal } = new AbortController();
    for await (const value of abortableItems(numbers(closed), signal)) if (value === 3) break;
    expect(closed).toEqual(['source']);
    expect(listenersOf(signal)).toBe(0);
  });

  it('closes the source when the signal fires between two items', async () => {
    const closed: string[] = [];
    const controller = new AbortController();
    const work = (async () => {
      for await (const value of abortableItems(numbers(closed), controller.signal))
        if (value === 3) controller.abort();
    })();
    await expect(work).rejects.toMatchObject({ code: 'ABORTED' });
    expect(closed).toEqual(['source']);
  });

  it('does not wait for a source that neither gives an item nor closes', async () => {
    let closed = false;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => never,
        return: () => {
          closed = true;
          return never;
        },
      }),
    };
    const controller = new AbortController();
    const next = abortableItems(source, controller.signal).next();
    controller.abort();
    await expect(next).rejects.toMatchObject({ code: 'ABORTED' });
    expect(closed).toBe(true);
  });

  it('passes the error of a source on, without closing it', async () => {
    let closed = false;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('broken')),
        return: async () => {
          closed = true;
          return { done: true, value: undefined };
        },
      }),
    };
    await expect(abortableItems(source, new AbortController().signal).next()).rejects.toThrow('broken');
    expect(closed).toBe(false);
  });
});

describe('cleanedUp', () => {
  it('waits for clean-up as long as no signal fires, and for a bounded time from then on', async () => {
    const slept: number[] = [];
    const sleep = async (milliseconds: number): Promise<void> => {
      slept.push(milliseconds);
    };
    const controller = new AbortController();
    await cleanedUp(Promise.resolve(), controller.signal, sleep);
    expect(slept).toEqual([]);
    const work = cleanedUp(never, controller.signal, sleep);
    controller.abort();
    await work;
    expect(slept).toEqual([2000]);
    expect(listenersOf(controller.signal)).toBe(0);
  });

  it('cancels its pause when the clean-up is done first', async () => {
    let pause: AbortSignal | undefined;
    await cleanedUp(Promise.resolve(), AbortSignal.abort(), (_, signal) => {
      pause = signal;
      return never;
    });
    await Promise.resolve();
    expect(pause?.aborted ?? true).toBe(true);
  });
});
