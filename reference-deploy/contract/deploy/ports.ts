import type { Clock, Sleep, StateStore, TopicContract } from '@lean-ops/core';
import type { LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import type { TaskCaller } from '../../dead-letters/ports.js';

/** What a topic needs besides its tables and its registry row. */
export interface TopicSurroundings {
  /** How the queue of a topic spells it; undefined where nobody has said. */
  spellingOf(topic: string): string | undefined;
  /** What is to be made, for people; nothing where it is there. Changes nothing. */
  missing(queueTopic: string): Promise<readonly string[]>;
  /** Makes it; nothing where it is there. */
  make(queueTopic: string): Promise<void>;
  /** What has come and is not in RAW yet, for people. */
  waiting(queueTopic: string): Promise<readonly string[]>;
  /** Why the topic would be registered again by itself; null where it would not. */
  keeping(queueTopic: string): Promise<string | null>;
}

/** Where contract documents are kept besides the state store, for what reads them there. */
export interface ContractDocuments {
  /** For people; null where documents are kept nowhere else. */
  placeOf(topic: string): string | null;
  put(contract: TopicContract): Promise<void>;
}

export interface RebuildRequest {
  readonly topic: string;
  /** The one to rebuild under: it goes live with the rebuilt tables. */
  readonly contract: TopicContract;
  readonly requestedBy: string;
  readonly acceptRawGap: boolean;
  readonly onProgress: (text: string) => void;
}

/** The platform that contracts are deployed to. */
export interface DeployPorts {
  readonly catalog: Catalog;
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'leases' | 'outbox' | 'journals' | 'errors'>;
  readonly names?: Partial<LayerNames>;
  readonly surroundings: TopicSurroundings;
  readonly documents: ContractDocuments;
  /** Runs jobs: what a killed run left half-done is finished before tables change. */
  readonly tasks: TaskCaller;
  /** Makes a topic's tables anew from RAW, or goes on with that; ends when the contract is live. */
  readonly rebuild: (request: RebuildRequest) => Promise<void>;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** How long a deploy that was killed keeps others out. */
  readonly leaseTtlMs: number;
  /** Gives a lease up whose owner is certainly gone. */
  readonly releaseDead?: (resource: string) => Promise<void>;
  /** Called with the name of each point a deploy may be killed at. */
  readonly at?: (point: string) => void | Promise<void>;
}
