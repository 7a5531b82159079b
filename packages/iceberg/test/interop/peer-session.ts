import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Canonical } from '../support/canonical-rows.js';

/** What another engine answers: values in the canonical form of `read_tables.py`. */
export interface PeerAnswer {
  columns: { id?: number; name: string; type: string; required?: boolean }[];
  rows: Canonical[][];
}

export type PeerOutcome = PeerAnswer | { error: string };

/** Another engine in a process of its own, which is told what to do by lines of JSON. */
export class PeerSession {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #printed = '';
  /** Questions are asked one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    child.stderr!.on('data', (chunk) => {
      this.#printed = (this.#printed + chunk).slice(-4000);
    });
  }

  static async start(command: string, args: readonly string[]): Promise<PeerSession> {
    const session = new PeerSession(spawn(command, args));
    await session.#answer();
    return session;
  }

  /** Runs lists of changes, in whatever form the engine takes them; each gives what its last change gave. */
  async run(jobs: readonly (readonly unknown[])[]): Promise<PeerOutcome[]> {
    if (jobs.length === 0) return [];
    return ((await this.ask({ jobs })) as { answers: PeerOutcome[] }).answers;
  }

  async ask(question: unknown): Promise<unknown> {
    const answered = this.#turn.then(() => {
      this.#child.stdin!.write(`${JSON.stringify(question)}\n`);
      return this.#answer();
    });
    this.#turn = answered.catch(() => undefined);
    return await answered;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin!.end();
    await ended;
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the engine ended: ${this.#printed}`);
    return JSON.parse(value);
  }
}
