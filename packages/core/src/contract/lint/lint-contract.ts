import { canonicalJson } from '../../canonical-json.js';
import type { TopicContract } from '../contract.js';
import { columnChanges, columnOf } from './column-changes.js';
import { columnRenames } from './column-renames.js';
import {
  type Change,
  findingOf,
  type HistoryAnswer,
  type HistoryQuestion,
  type LintFinding,
} from './finding.js';
import { RULES } from './rules.js';
import { tableChanges } from './table-changes.js';

/**
 * What a deploy would do: make the topic's tables, change them in place, make them anew from RAW, or leave them as they
 * are.
 */
export type Operation = 'NEW_TABLE' | 'SCHEMA_EVOLVE' | 'NUCLEAR_RESET' | 'PURE_REMAP';

/** What is to be said about a change of a contract. */
export interface LintResult {
  readonly topic: string;
  readonly operation: Operation;
  /** Whether the new contract declares the breaking change that it makes, with a `reset` of its own. */
  readonly declared: boolean;
  /** `pass`: deploy it. `breaking`: a breaking change is not declared. `wrong`: the documents do not fit together. */
  readonly verdict: 'pass' | 'breaking' | 'wrong';
  readonly findings: readonly LintFinding[];
  /** What a warehouse could be asked, to judge less strictly. */
  readonly questions: readonly HistoryQuestion[];
}

export interface LintOptions {
  /** What the rows that are there say; null where nobody asked them. */
  readonly history?: (question: HistoryQuestion) => HistoryAnswer | null;
}

/**
 * Judges a change of a topic's contract. `base` is null for a topic that is new.
 *
 * Nothing is read: contracts come from {@link parseContract}, history from whoever asks the warehouse. Source:
 * docs/schema_management.md.
 *
 * @example
 * const { operation, verdict, findings } = lintContract(live, changed);
 */
export function lintContract(
  base: TopicContract | null,
  head: TopicContract,
  { history = () => null }: LintOptions = {},
): LintResult {
  const { topic } = head;
  if (base === null)
    return { topic, operation: 'NEW_TABLE', declared: false, verdict: 'pass', findings: [], questions: [] };
  const changes = [
    ...contractChanges(base, head),
    ...columnsChanges(base, head),
    ...tableChanges(base, head),
  ];
  const findings = changes.map((change) => findingOf(change, history));
  const isBreaking = findings.some(({ severity }) => severity === 'breaking');
  const reset = resetFindings(base, head, isBreaking);
  const declared = isBreaking && head.reset !== undefined && reset.length === 0;
  const all = [...findings, ...reset];
  return {
    topic,
    operation: operationOf(all),
    declared,
    verdict: verdictOf(all, declared),
    findings: all,
    questions: changes.flatMap(({ question }) => (question === undefined ? [] : [question])),
  };
}

function operationOf(findings: readonly LintFinding[]): Operation {
  if (findings.some(({ severity }) => severity === 'breaking')) return 'NUCLEAR_RESET';
  const evolves = findings.some(({ rule }) => RULES[rule].concerns === 'columns');
  return evolves ? 'SCHEMA_EVOLVE' : 'PURE_REMAP';
}

function verdictOf(findings: readonly LintFinding[], declared: boolean): LintResult['verdict'] {
  if (findings.some(({ severity }) => severity === 'error')) return 'wrong';
  const isBreaking = findings.some(({ severity }) => severity === 'breaking');
  return isBreaking && !declared ? 'breaking' : 'pass';
}

function contractChanges(base: TopicContract, head: TopicContract): Change[] {
  if (base.topic !== head.topic) {
    const message = `the old contract is of ${base.topic}, the new one of ${head.topic}`;
    return [{ rule: 'TOPIC_CHANGED', path: ['topic'], message }];
  }
  if (compareVersions(head.version, base.version) > 0 || sameText(base, head)) return [];
  const message = `version was ${base.version} and is ${head.version}, and the contract is another one`;
  return [{ rule: 'VERSION_NOT_RAISED', path: ['version'], message }];
}

/** Whether two contracts say the same in every member, descriptions included. */
function sameText(base: TopicContract, head: TopicContract): boolean {
  return canonicalJson(base) === canonicalJson(head);
}

/** By semantic versioning: releases above their pre-releases, numbers as numbers. What follows `+` counts for nothing. */
function compareVersions(left: string, right: string): number {
  const [[mine, preOfMine], [other, preOfOther]] = [partsOf(left), partsOf(right)];
  for (let index = 0; index < 3; index++)
    if (mine[index] !== other[index]) return mine[index]! - other[index]!;
  if (preOfMine === '' || preOfOther === '') return (preOfMine === '' ? 1 : 0) - (preOfOther === '' ? 1 : 0);
  const [a, b] = [preOfMine.split('.'), preOfOther.split('.')];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareIdentifiers(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function partsOf(version: string): [number[], string] {
  const [core = '', pre = ''] = version.replace(/\+.*$/, '').split(/-(.*)/s);
  return [core.split('.').map(Number), pre];
}

function compareIdentifiers(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
  const [mine, other] = [left, right].map((text) => (/^\d+$/.test(text) ? Number(text) : null));
  if (mine !== null && other !== null) return mine! - other!;
  if (mine !== null || other !== null) return mine !== null ? -1 : 1;
  return left < right ? -1 : 1;
}

function columnsChanges(base: TopicContract, head: TopicContract): Change[] {
  const renamed = columnRenames(base, head);
  const namesBefore = new Set(renamed.values());
  const changes: Change[] = [];
  for (const [name, column] of Object.entries(base.columns)) {
    if (columnOf(head, name) !== undefined || namesBefore.has(name)) continue;
    const message = `column ${name} (${column.type}) is gone`;
    changes.push({
      rule: 'COLUMN_REMOVED',
      column: name,
      document: 'base',
      path: ['columns', name],
      message,
    });
  }
  for (const [name, column] of Object.entries(head.columns)) {
    const oldName = renamed.get(name) ?? name;
    const old = columnOf(base, oldName);
    const path = ['columns', name];
    if (old === undefined) {
      const message = `column ${name} (${column.type}) is new`;
      const isNeeded = column.cde !== undefined && column.cde !== false;
      const question = isNeeded ? { question: { column: name, check: 'cde' } as const } : {};
      const rule = isNeeded ? 'COLUMN_ADDED_CDE' : 'COLUMN_ADDED';
      changes.push({ rule, column: name, path, message, ...question });
      continue;
    }
    if (oldName !== name)
      changes.push({
        rule: 'COLUMN_RENAMED',
        column: name,
        path,
        message: `column ${oldName} is called ${name}`,
      });
    changes.push(...columnChanges(name, { name: oldName, column: old }, column));
  }
  return changes;
}

function resetFindings(base: TopicContract, head: TopicContract, isBreaking: boolean): LintFinding[] {
  if (head.reset === undefined) return [];
  const isOld = base.reset !== undefined && canonicalJson(base.reset) === canonicalJson(head.reset);
  if (!isBreaking && isOld) return [];
  const change: Change | null =
    isBreaking && isOld
      ? { rule: 'RESET_STALE', path: ['reset'], message: 'reset is the one of the contract before' }
      : isBreaking
        ? null
        : { rule: 'RESET_NOT_NEEDED', path: ['reset'], message: 'reset is declared, and nothing breaks' };
  return change === null ? [] : [findingOf(change, () => null)];
}
