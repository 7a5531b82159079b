import { CoreError } from '@lean-ops/core';
import {
  type ContractFinding,
  type LintFinding,
  type LintResult,
  lintContract,
  type ParsedContract,
  parseContractDocument,
} from '@lean-ops/core/contract';
import type { ContractFile } from './contract-files.js';
import { uncompilable } from './uncompilable.js';

/** A place in a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A document that is no contract, or two that cannot both be. */
export interface DocumentFault {
  readonly rule: 'CONTRACT_UNREADABLE' | 'CONTRACT_INVALID' | 'TOPIC_TWICE';
  readonly message: string;
  readonly place: Place;
}

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

interface Read {
  readonly file: string;
  readonly document: ParsedContract;
}

/**
 * Judges every contract of `head` against that of the same topic in `base`.
 *
 * The old contracts are taken as they are: they are live. What is wrong with the new ones, each on its own, comes first;
 * topics whose document is wrong are not judged.
 */
export function lintContracts(base: readonly ContractFile[], head: readonly ContractFile[]): LintReport {
  const faults: DocumentFault[] = [];
  const before = readAll(base, faults, { isBase: true });
  const after = readAll(head, faults, { isBase: false });
  const topics = Array.from(after.values(), (read) =>
    lintTopic(before.get(read.document.contract.topic), read),
  );
  const gone = [...before.keys()].filter((topic) => !after.has(topic) && faults.length === 0);
  return { topics, faults, gone, exitCode: exitCodeOf(topics, faults) };
}

function exitCodeOf(topics: readonly LintedTopic[], faults: readonly DocumentFault[]): 0 | 1 | 2 {
  if (faults.length > 0 || topics.some(({ result }) => result.verdict === 'wrong')) return 2;
  return topics.some(({ result }) => result.verdict === 'breaking') ? 1 : 0;
}

function lintTopic(base: Read | undefined, head: Read): LintedTopic {
  const result = lintContract(base?.document.contract ?? null, head.document.contract);
  const findings = result.findings.map((finding) => {
    const read = finding.document === 'base' && base !== undefined ? base : head;
    return { ...finding, place: { file: read.file, ...read.document.positionOf(finding.path) } };
  });
  return { file: head.file, result, findings };
}

function readAll(
  files: readonly ContractFile[],
  faults: DocumentFault[],
  { isBase }: { isBase: boolean },
): Map<string, Read> {
  const found = new Map<string, Read>();
  for (const { file, text } of files) {
    const document = readOne({ file, text }, faults, isBase);
    if (document === null) continue;
    const { topic } = document.contract;
    const other = found.get(topic);
    if (other === undefined) {
      found.set(topic, { file, document });
      continue;
    }
    const message = `topic ${topic} has a contract in ${other.file} already: two contracts would write one table`;
    faults.push({ rule: 'TOPIC_TWICE', message, place: { file, ...document.positionOf(['topic']) } });
  }
  return found;
}

function readOne(
  { file, text }: ContractFile,
  faults: DocumentFault[],
  isBase: boolean,
): ParsedContract | null {
  try {
    const document = parseContractDocument(text, { path: file });
    if (!isBase) faults.push(...ruleFaults(file, document));
    return document;
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    faults.push(...faultsOf(file, error));
    return null;
  }
}

/** Patterns, bounds and defaults are compiled by the job: what it would refuse is said here. */
function ruleFaults(file: string, { contract, positionOf }: ParsedContract): DocumentFault[] {
  const refused = uncompilable(contract);
  if (refused === null) return [];
  const { column } = refused.context as { column?: string };
  const place = { file, ...positionOf(column === undefined ? [] : ['columns', column]) };
  return [{ rule: 'CONTRACT_INVALID', message: refused.message, place }];
}

function faultsOf(file: string, { code, message, context }: CoreError): DocumentFault[] {
  const {
    findings,
    line = 1,
    column = 1,
    reason,
  } = context as {
    findings?: readonly ContractFinding[];
    line?: number;
    column?: number;
    reason?: string;
  };
  if (findings === undefined)
    return [{ rule: 'CONTRACT_UNREADABLE', message: reason ?? message, place: { file, line, column } }];
  return findings.map((finding) => ({
    rule: code === 'CONTRACT_UNREADABLE' ? 'CONTRACT_UNREADABLE' : 'CONTRACT_INVALID',
    message: `${finding.path} (${JSON.stringify(finding.value) ?? 'nothing'}): ${finding.reason}`,
    place: { file, line: finding.line, column: finding.column },
  }));
}
