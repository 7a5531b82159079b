import type { LintReport } from '../lint-contracts.js';
import { isFailure, reportLines } from './rule-texts.js';

/** Workflow commands, which GitHub shows beside the lines of a pull request. */
export function githubReport(report: LintReport): string {
  return reportLines(report)
    .map((line) => {
      const { file, line: row, column } = line.place;
      const level = isFailure(line, report) ? 'error' : line.severity === 'compatible' ? 'notice' : 'warning';
      const at = `file=${property(file)},line=${row},col=${column},title=${property(line.rule)}`;
      return `::${level} ${at}::${data(`${line.message}. ${line.reason} ${line.fix}`)}`;
    })
    .join('\n');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
