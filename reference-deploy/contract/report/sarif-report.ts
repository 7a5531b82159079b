import { RULES } from '@lean-ops/core/contract';
import type { LintReport } from '../lint-contracts.js';
import { DOCUMENT_RULES, isFailure, reportLines } from './rule-texts.js';

/** SARIF 2.1.0, which GitHub, GitLab and editors show beside the lines. */
export function sarifReport(report: LintReport): object {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'lean-ops contract lint',
            informationUri: 'https://github.com/lean-ops/lean-ops',
            rules: Object.entries({ ...DOCUMENT_RULES, ...RULES }).map(([id, { title, reason, fix }]) => ({
              id,
              shortDescription: { text: title },
              fullDescription: { text: reason },
              help: { text: fix },
            })),
          },
        },
        results: reportLines(report).map((line) => ({
          ruleId: line.rule,
          level: isFailure(line, report) ? 'error' : line.severity === 'compatible' ? 'note' : 'warning',
          message: { text: `${line.message}. ${line.reason} ${line.fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(line.place.file.replaceAll('\\', '/')) },
                region: { startLine: line.place.line, startColumn: line.place.column },
              },
            },
          ],
        })),
      },
    ],
  };
}
