import type { LintFinding, Operation } from '@lean-ops/core/contract';

/** A step of a deploy, in the order in which they come. */
export type StepId =
  | 'contract'
  | 'document'
  | 'raw'
  | 'surroundings'
  | 'standardized'
  | 'curated'
  | 'rebuild'
  | 'registry'
  | 'history';

export interface DeployStep {
  readonly id: StepId;
  /** What it does, on one line. */
  readonly text: string;
  /** Column by column. */
  readonly details: readonly string[];
}

/** Rows that a rebuild reads and replaces. */
export interface RebuiltRows {
  readonly raw: number;
  readonly standardized: number;
  readonly curated: number;
  readonly errors: number;
}

/** What a deploy of a contract does, and whether it may. */
export interface DeployPlan {
  readonly topic: string;
  /** As its queue spells it. */
  readonly queueTopic: string;
  /** Version that is live; null where none is. */
  readonly from: string | null;
  readonly to: string;
  readonly operation: Operation;
  readonly declared: boolean;
  readonly verdict: 'pass' | 'breaking' | 'wrong';
  readonly findings: readonly LintFinding[];
  /** What is wrong beyond the two documents. */
  readonly faults: readonly string[];
  /** None where nothing is to be done, and where the contract does not pass. */
  readonly steps: readonly DeployStep[];
  /** Null where nothing is rebuilt. */
  readonly rows: RebuiltRows | null;
  /** Version whose deploy was cut off: a deploy finishes that one first. Null where none was. */
  readonly unfinished: string | null;
  /** Why it cannot be deployed now; null where it can. */
  readonly blocked: string | null;
  /** The same for the same steps to the same content. */
  readonly fingerprint: string;
}
