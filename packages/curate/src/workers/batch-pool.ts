import type { BatchPlan, EncodeRequest, EncodeResult, ScanRequest, ScanResult } from './batch-messages.js';
import { BatchScanner } from './batch-scanner.js';

/** Those who look into the batches of a run. Answers to one batch's requests come from the same one. */
export interface BatchPool {
  /** How many requests may wait for their answers before more are made. */
  readonly width: number;
  /** Begins a step: what was kept for an earlier one is forgotten. */
  begin(plan: BatchPlan): Promise<void>;
  /** The rows of the request belong to the pool from here on, and payloads that have memory of their own. */
  scan(request: ScanRequest): Promise<ScanResult>;
  encode(request: EncodeRequest): Promise<EncodeResult>;
  close(): Promise<void>;
}

/** Looks into batches on this thread. */
export class InlinePool implements BatchPool {
  readonly width = 1;
  #scanner: BatchScanner | null = null;

  async begin(plan: BatchPlan): Promise<void> {
    this.#scanner = await BatchScanner.create(plan);
  }

  async scan(request: ScanRequest): Promise<ScanResult> {
    return this.#scanner!.scan(request);
  }

  async encode(request: EncodeRequest): Promise<EncodeResult> {
    return this.#scanner!.encode(request);
  }

  async close(): Promise<void> {
    this.#scanner = null;
  }
}
