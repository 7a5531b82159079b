import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SparkPeer } from '../../../../scripts/peers/spark.js';
import type { Canonical } from '../support/canonical-rows.js';

const script = fileURLToPath(new URL('spark_session.py', import.meta.url));

/** What Spark answers: values in the canonical form of `read_tables.py`. */
export interface SparkAnswer {
  columns: { name: string; type: string }[];
  rows: Canonical[][];
}

/** Spark in a process of its own, over the tables of one warehouse folder as the catalog `warehouse`. */
export class SparkSession {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #printed = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    child.stderr!.on('data', (chunk) => {
      this.#printed = (this.#printed + chunk).slice(-4000);
    });
  }

  static async start(peer: SparkPeer, warehouse: string): Promise<SparkSession> {
    const session = new SparkSession(spawn(peer.python, [script, peer.jar, warehouse]));
    await session.#answer();
    return session;
  }

  /** Runs one statement. Throws what Spark says where it fails. */
  async sql(statement: string): Promise<SparkAnswer> {
    this.#child.stdin!.write(`${JSON.stringify({ sql: statement })}\n`);
    const answer = await this.#answer();
    if (answer.error !== undefined) throw new Error(`Spark: ${answer.error}\n${statement}`);
    return answer;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin!.end();
    await ended;
  }

  async #answer(): Promise<SparkAnswer & { error?: string }> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`Spark ended: ${this.#printed}`);
    return JSON.parse(value) as SparkAnswer & { error?: string };
  }
}
