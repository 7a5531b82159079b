import type { TopicContract } from '@lean-ops/core';
import {
  type HistoryQuestion,
  type LintFinding,
  type LintOptions,
  type LintResult,
  lintContract,
} from '@lean-ops/core/contract';
import type { ContractFile } from './contract-files.js';
import { type DocumentFault, type Place, type ReadContract, readContracts } from './read-contracts.js';

/** A topic whose contract was judged. */
interface LintedTopic {
  readonly file: string;
  readonly result: LintResult;
  readonly findings: readonly (LintFinding & { readonly place: Place })[];
}

export interface LintReport {
  readonly topics: readonly LintedTopic[];
  readonly faults: readonly DocumentFault[];
  /** Topics that only the old contracts have: a deploy leaves them as they are. */
  readonly gone: readonly string[];
  /** What a program exits with: 0 pass, 1 breaking and not declared, 2 documents wrong. */
  readonly exitCode: 0 | 1 | 2;
}

/** Asks the rows that are there: `askHistory` of `@lean-ops/curate` on some warehouse. */
export type AskRows = (
  base: TopicContract,
  head: TopicContract,
  questions: readonly HistoryQuestion[],
) => Promise<Required<LintOptions>['history']>;

/**
 * Judges every contract of `head` against that of the same topic in `base`.
 *
 * The old contracts are taken as they are: they are live. What is wrong with the new ones, each on its own, comes first;
 * topics whose document is wrong are not judged. Where rows can be asked, they are, and a check that all of them pass does
 * not break.
 */
export async function lintContracts(
  base: readonly ContractFile[],
  head: readonly ContractFile[],
  askRows: AskRows | null = null,
): Promise<LintReport> {
  const before = readContracts(base, { live: true });
  const after = readContracts(head, { known: before.byText });
  const faults = [...before.faults, ...after.faults];
  const topics: LintedTopic[] = [];
  for (const [topic, read] of after.contracts)
    topics.push(await lintTopic(before.contracts.get(topic), read, askRows));
  const gone = [...before.contracts.keys()].filter(
    (topic) => !after.contracts.has(topic) && faults.length === 0,
  );
  return { topics, faults, gone, exitCode: exitCodeOf(topics, faults) };
}

function exitCodeOf(topics: readonly LintedTopic[], faults: readonly DocumentFault[]): 0 | 1 | 2 {
  if (faults.length > 0 || topics.some(({ result }) => result.verdict === 'wrong')) return 2;
  return topics.some(({ result }) => result.verdict === 'breaking') ? 1 : 0;
}

async function lintTopic(
  base: ReadContract | undefined,
  head: ReadContract,
  askRows: AskRows | null,
): Promise<LintedTopic> {
  const [before, after] = [base?.document.contract ?? null, head.document.contract];
  let result = lintContract(before, after);
  if (askRows !== null && before !== null && result.questions.length > 0)
    result = lintContract(before, after, { history: await askRows(before, after, result.questions) });
  const findings = result.findings.map((finding) => {
    const read = finding.document === 'base' && base !== undefined ? base : head;
    return { ...finding, place: { file: read.file, ...read.document.positionOf(finding.path) } };
  });
  return { file: head.file, result, findings };
}
