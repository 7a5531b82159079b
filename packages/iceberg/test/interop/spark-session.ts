import { fileURLToPath } from 'node:url';
import type { SparkPeer } from '../../../../scripts/peers/spark.js';
import { type PeerAnswer, type PeerOutcome, PeerSession } from './peer-session.js';

const script = fileURLToPath(new URL('spark_session.py', import.meta.url));

/**
 * Spark in a process of its own, over the tables of one warehouse folder as the catalog `warehouse`, and those of a REST
 * catalog as `rest`.
 */
export class SparkSession {
  readonly #peer: PeerSession;

  private constructor(peer: PeerSession) {
    this.#peer = peer;
  }

  static async start(peer: SparkPeer, warehouse: string, restCatalog?: string): Promise<SparkSession> {
    const rest = restCatalog === undefined ? [] : [restCatalog];
    return new SparkSession(await PeerSession.start(peer.python, [script, peer.jar, warehouse, ...rest]));
  }

  /** Runs one statement. Throws what Spark says where it fails. */
  async sql(statement: string): Promise<PeerAnswer> {
    const answer = (await this.#peer.ask({ sql: statement })) as PeerOutcome;
    if ('error' in answer) throw new Error(`Spark: ${answer.error}\n${statement}`);
    return answer;
  }

  /** Runs lists of statements, two lists at a time. */
  run(jobs: readonly (readonly string[])[]): Promise<PeerOutcome[]> {
    return this.#peer.run(jobs);
  }

  stop(): Promise<void> {
    return this.#peer.stop();
  }
}
