import { CONTRACT_DEFAULTS, type ContractColumn, type TopicContract } from '@lean-ops/core';
import {
  canonicalJson,
  columnOf,
  columnRenames,
  lintContract,
  type RuleSeverity,
} from '@lean-ops/core/contract';
import type { ReadContracts } from './read-contracts.js';

/** A member that is different; null where one side does not say it. */
interface MemberDiff {
  readonly member: string;
  readonly before: unknown;
  readonly after: unknown;
}

interface ColumnDiff {
  readonly column: string;
  /** Its name before, where that is another one. */
  readonly before: string | null;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly members: readonly MemberDiff[];
  /** The gravest that the linter says of it; null for what changes nothing, such as a description. */
  readonly severity: RuleSeverity | null;
}

interface ContractDiff {
  readonly topic: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly members: readonly MemberDiff[];
  readonly columns: readonly ColumnDiff[];
}

/** What is different between the contracts of two sets, topic by topic; topics that are the same are left out. */
export function contractDiffs(before: ReadContracts, after: ReadContracts): ContractDiff[] {
  const topics = [...new Set([...before.contracts.keys(), ...after.contracts.keys()])].sort();
  return topics.flatMap((topic) => {
    const [base, head] = [before, after].map((all) => all.contracts.get(topic)?.document.contract ?? null);
    if (canonicalJson(base) === canonicalJson(head)) return [];
    return [contractDiff(topic, base ?? null, head ?? null)];
  });
}

function contractDiff(topic: string, base: TopicContract | null, head: TopicContract | null): ContractDiff {
  return {
    topic,
    before: base?.version ?? null,
    after: head?.version ?? null,
    members: base === null || head === null ? [] : memberDiffs(tableMembers(base), tableMembers(head)),
    columns: columnDiffs(base, head),
  };
}

/** With what holds where a contract says nothing, so that saying it is no difference. */
function tableMembers({ columns: _columns, version: _version, topic: _topic, ...rest }: TopicContract) {
  const { key, orderBy, envelope, partitionBy, engine } = CONTRACT_DEFAULTS;
  return { key, orderBy, envelope, partitionBy, engine, ...rest };
}

function memberDiffs(before: object, after: object): MemberDiff[] {
  const [base, head] = [before, after] as Readonly<Record<string, unknown>>[];
  const names = [...new Set([...Object.keys(base!), ...Object.keys(head!)])];
  return names.flatMap((member) => {
    const [was, is] = [base![member] ?? null, head![member] ?? null];
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ member, before: was, after: is }];
  });
}

function columnDiffs(base: TopicContract | null, head: TopicContract | null): ColumnDiff[] {
  const renames = base === null || head === null ? new Map<string, string>() : columnRenames(base, head);
  const oldNames = new Set(renames.values());
  const severityOf = severities(base, head);
  const diffs: ColumnDiff[] = [];
  for (const [column, old] of Object.entries(base?.columns ?? {})) {
    if ((head !== null && columnOf(head, column) !== undefined) || oldNames.has(column)) continue;
    const members = memberDiffs(old, {});
    diffs.push({ column, before: null, kind: 'removed', members, severity: severityOf(column) });
  }
  for (const [column, now] of Object.entries(head?.columns ?? {})) {
    const name = renames.get(column) ?? column;
    const old = base === null ? undefined : columnOf(base, name);
    const before = name === column ? null : name;
    const members = memberDiffs(said(name, old), said(column, now));
    if (old === undefined)
      diffs.push({ column, before, kind: 'added', members, severity: severityOf(column) });
    else if (members.length > 0 || before !== null)
      diffs.push({ column, before, kind: 'changed', members, severity: severityOf(column) });
  }
  return diffs;
}

/** With the place a column is looked for where it does not say, so that a new name alone is no other place. */
function said(name: string, column: ContractColumn | undefined): object {
  return column === undefined ? {} : { ...column, path: column.path ?? `$.${name}` };
}

const GRAVITY: readonly RuleSeverity[] = ['compatible', 'warning', 'breaking', 'error'];

function severities(base: TopicContract | null, head: TopicContract | null) {
  const findings = base === null || head === null ? [] : lintContract(base, head).findings;
  return (column: string): RuleSeverity | null => {
    const own = findings.filter((finding) => finding.column === column).map(({ severity }) => severity);
    return GRAVITY.findLast((severity) => own.includes(severity)) ?? null;
  };
}

/** For people: a line per column, and one below for each member that is different. */
export function diffText(diffs: readonly ContractDiff[]): string {
  if (diffs.length === 0) return 'The contracts say the same.';
  return diffs
    .map(({ topic, before, after, members, columns }) => {
      const versions =
        before === null ? `${after}, new` : after === null ? `${before}, gone` : `${before} -> ${after}`;
      return [
        `${topic} (${versions})`,
        ...members.map((member) => `  ${memberText(member)}`),
        ...columns.flatMap(columnText),
      ].join('\n');
    })
    .join('\n\n');
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

function columnText({ column, before, kind, members, severity }: ColumnDiff): string[] {
  const name = before === null ? column : `${before} -> ${column}`;
  const gravity = severity === null ? '' : ` (${severity})`;
  if (kind !== 'changed') {
    const side = kind === 'added' ? 'after' : 'before';
    const all = members.map((member) => `${member.member} ${shown(member[side])}`).join(', ');
    return [`  ${SIGNS[kind]} ${name}: ${all}${gravity}`];
  }
  return [`  ~ ${name}${gravity}`, ...members.map((member) => `      ${memberText(member)}`)];
}

function memberText({ member, before, after }: MemberDiff): string {
  if (isList(before) && isList(after)) {
    const gone = before.filter((value) => !after.includes(value)).map((value) => `-${shown(value)}`);
    const come = after.filter((value) => !before.includes(value)).map((value) => `+${shown(value)}`);
    if (gone.length + come.length > 0) return `${member}: ${[...gone, ...come].join(' ')}`;
  }
  return `${member}: ${shown(before)} -> ${shown(after)}`;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === null) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
