import { RULES, type RuleSeverity } from '@lean-ops/core/contract';
import type { LintReport } from '../lint-contracts.js';
import type { DocumentFault, Place } from '../read-contracts.js';

/** What a finding of any kind says, for every form of the report. */
export interface ReportLine {
  readonly rule: string;
  readonly severity: RuleSeverity;
  readonly message: string;
  readonly reason: string;
  readonly fix: string;
  readonly place: Place;
  readonly topic: string | null;
}

/** Rules of single documents; those of changes are in the linter's table. */
export const DOCUMENT_RULES: Readonly<
  Record<DocumentFault['rule'], { title: string; reason: string; fix: string }>
> = {
  CONTRACT_UNREADABLE: {
    title: 'a document cannot be read',
    reason: 'It is neither JSON nor YAML, or it gives a key twice.',
    fix: 'Mend the text where the message points.',
  },
  CONTRACT_INVALID: {
    title: 'a document is no contract',
    reason: 'It says something that the published JSON Schema, or the engine, does not allow.',
    fix: 'Change the value; docs/contract_reference.md says what each may be.',
  },
  TOPIC_TWICE: {
    title: 'two contracts are of one topic',
    reason: 'Both would write the same tables.',
    fix: 'Keep one of them.',
  },
};

/** All findings, those of single documents first. */
export function reportLines({ faults, topics }: LintReport): ReportLine[] {
  return [
    ...faults.map(({ rule, message, place }): ReportLine => {
      const { reason, fix } = DOCUMENT_RULES[rule];
      return { rule, severity: 'error', message, reason, fix, place, topic: null };
    }),
    ...topics.flatMap(({ result, findings }) =>
      findings.map(({ rule, severity, message, place }): ReportLine => {
        const { reason, fix } = RULES[rule];
        return { rule, severity, message, reason, fix, place, topic: result.topic };
      }),
    ),
  ];
}

/** A breaking change that is declared does not stop anybody. */
export function isFailure(line: ReportLine, report: LintReport): boolean {
  if (line.severity === 'error') return true;
  if (line.severity !== 'breaking') return false;
  return report.topics.find(({ result }) => result.topic === line.topic)?.result.verdict !== 'pass';
}
