import type { LintReport } from '../lint-contracts.js';
import { type ReportLine, reportLines } from './rule-texts.js';

/** For people: topic by topic, each finding with its reason and what to do. */
export function textReport(report: LintReport): string {
  const lines = reportLines(report);
  const parts: string[] = [];
  const faults = lines.filter(({ topic }) => topic === null);
  if (faults.length > 0) parts.push(faults.flatMap(findingText).join('\n'));
  for (const { file, result } of report.topics) {
    const own = lines.filter(({ topic }) => topic === result.topic);
    if (own.length === 0 && report.topics.length > 1 && result.operation === 'PURE_REMAP') continue;
    const declared =
      result.operation !== 'NUCLEAR_RESET' ? '' : result.declared ? ', declared' : ', not declared';
    parts.push(
      [`${result.topic} (${file}): ${result.operation}${declared}`, ...own.flatMap(findingText)].join('\n'),
    );
  }
  for (const topic of report.gone)
    parts.push(`${topic}: its contract is gone; a deploy leaves the topic as it is`);
  return [...parts, summary(report)].join('\n\n');
}

function findingText({ place, severity, rule, message, reason, fix }: ReportLine): string[] {
  const at = `${place.file}:${place.line}:${place.column}`;
  if (severity === 'compatible') return [`  ${at} ${severity} ${rule}: ${message}`];
  return [`  ${at} ${severity} ${rule}: ${message}`, `      ${reason}`, `      ${fix}`];
}

function summary({ topics, faults, exitCode }: LintReport): string {
  const counts = new Map<string, number>();
  for (const { result } of topics) counts.set(result.operation, (counts.get(result.operation) ?? 0) + 1);
  const what = Array.from(counts, ([operation, count]) => `${count} ${operation}`).join(', ');
  const verdict = ['pass', 'breaking and not declared', 'documents wrong'][exitCode]!;
  const wrong =
    faults.length === 0 ? '' : `; ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in documents`;
  return `${topics.length} ${topics.length === 1 ? 'contract' : 'contracts'}${what === '' ? '' : `: ${what}`}${wrong}: ${verdict}`;
}
