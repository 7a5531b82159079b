import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { jsonText } from './json-text.js';

/** A stream that may be a terminal. */
export type TerminalStream = Writable & { readonly isTTY?: boolean };

/**
 * One of the process's output streams, written with back-pressure and outliving its reader: once the reader has gone
 * (`iceberg scan … | head`) or the disk is full, {@link Output.closed} says so and writes do nothing.
 */
export class Output {
  readonly #stream: TerminalStream;
  #closed = false;
  #failure: Error | null = null;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#closed = true;
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') this.#failure ??= error;
    });
  }

  /** Nothing is taken any more. */
  get closed(): boolean {
    return this.#closed || this.#stream.destroyed;
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** For libraries that draw by themselves. */
  get stream(): TerminalStream {
    return this.#stream;
  }

  /** Resolves when the stream takes more, and what waits beside it (Ctrl-C, say) has been heard. */
  async write(text: string): Promise<void> {
    if (this.closed) return;
    const stream = this.#stream;
    // A pipe is written at once, full or not: without a turn of the event loop, a long output hears no signal.
    if (stream.write(text)) return setImmediate();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stream.off('drain', done).off('error', done).off('close', done);
        resolve();
      };
      stream.on('drain', done).on('error', done).on('close', done);
    });
  }

  /**
   * Waits until everything that was written has arrived.
   *
   * @throws what the stream failed with, unless its reader has gone.
   */
  async finish(): Promise<void> {
    if (!this.closed) await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    if (this.#failure !== null) throw this.#failure;
  }

  /** A line, or an empty one. */
  line(text = ''): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** One JSON document over several lines, exact as {@link jsonText} writes it. */
  json(value: unknown): Promise<void> {
    return this.line(jsonText(value, 2));
  }
}
