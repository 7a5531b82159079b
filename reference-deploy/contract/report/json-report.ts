import type { LintReport } from '../lint-contracts.js';
import { reportLines } from './rule-texts.js';

/** For programs. `formatVersion` is raised when a member changes its meaning or goes. */
export function jsonReport(report: LintReport): object {
  const lines = reportLines(report);
  return {
    formatVersion: 1,
    exitCode: report.exitCode,
    topics: report.topics.map(({ file, result, findings }) => ({
      topic: result.topic,
      file,
      operation: result.operation,
      declared: result.declared,
      verdict: result.verdict,
      findings: findings.map(({ rule, severity, message, column, path, document, place, history }) => ({
        rule,
        severity,
        message,
        column,
        path,
        document,
        place,
        history,
      })),
    })),
    faults: lines
      .filter(({ topic }) => topic === null)
      .map(({ rule, message, place }) => ({ rule, message, place })),
    gone: report.gone,
  };
}
