import type { TopicContract } from '@lean-ops/core';
import type { LayerColumns } from '../reconcile/layer-columns.js';
import type { BatchPlan, EncodeRequest, ScanRequest } from './batch-messages.js';

/** What is sent to a thread. */
export type ThreadRequest = { readonly number: number } & (
  | { readonly job: 'begin'; readonly request: BatchPlan }
  | { readonly job: 'scan'; readonly request: ScanRequest }
  | { readonly job: 'encode'; readonly request: EncodeRequest }
  | { readonly job: 'begin-copies'; readonly request: TopicContract | null }
  | { readonly job: 'copies'; readonly request: LayerColumns }
  | { readonly job: 'rest'; readonly request: null }
);

/** An error, as it goes from thread to thread. */
export interface ThreadError {
  readonly kind: 'curate' | 'iceberg' | 'other';
  readonly message: string;
  readonly stack: string | null;
  readonly code?: string;
}

/** What a thread sends back. */
export interface ThreadAnswer {
  readonly number: number;
  readonly result: unknown;
  readonly error: ThreadError | null;
}
