import type { JournalDocument } from '@lean-ops/core';
import type { Operation } from '@lean-ops/core/contract';
import type { StepId } from './deploy-plan.js';

/** A deploy that is under way, as its journal `deploy/{topic}` says. */
export interface DeployJournal {
  readonly topic: string;
  readonly queueTopic: string;
  readonly from: string | null;
  readonly to: string;
  readonly operation: Operation;
  readonly deployedBy: string;
  /** Steps of the plan, in order. */
  readonly steps: readonly StepId[];
  readonly done: readonly StepId[];
  readonly fingerprint: string;
  /** Of the contract, so that another content under the same version is told from it. */
  readonly digest: string;
  readonly acceptRawGap: boolean;
  /** What the history says besides: for a rollback, the version whose content it is. */
  readonly note: string | null;
  /** Milliseconds since the epoch. */
  readonly begunAt: number;
}

const FORMAT_VERSION = 1;

export function journalName(topic: string): string {
  return `deploy/${topic}`;
}

export function journalDocument(journal: DeployJournal): JournalDocument {
  return { formatVersion: FORMAT_VERSION, ...journal };
}

/** Null where there is no journal. */
export function deployJournal(document: JournalDocument | undefined): DeployJournal | null {
  if (document === undefined) return null;
  const { formatVersion, ...journal } = document;
  if (formatVersion !== FORMAT_VERSION)
    throw new RangeError(`the journal of a deploy has format version ${formatVersion}: use a newer lean-ops`);
  return journal as unknown as DeployJournal;
}
