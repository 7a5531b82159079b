import { contractFiles, contractFilesAt, isGitRef } from '../../../contract/contract-files.js';
import { type AskRows, type LintReport, lintContracts } from '../../../contract/lint-contracts.js';
import { githubReport } from '../../../contract/report/github-report.js';
import { jsonReport } from '../../../contract/report/json-report.js';
import { junitReport } from '../../../contract/report/junit-report.js';
import { sarifReport } from '../../../contract/report/sarif-report.js';
import { textReport } from '../../../contract/report/text-report.js';
import type { LINT_FORMATS } from '../../command/contract.js';
import type { CommandContext } from '../../command-context.js';
import { UsageError } from '../../usage-error.js';
import type { AddressOptions } from '../dlq/options.js';
import { withRows } from './rows.js';

export interface LintCommandOptions extends AddressOptions {
  readonly head: string;
  readonly base?: string;
  readonly metadata?: string;
  readonly format: (typeof LINT_FORMATS)[number];
}

const FORMS: Readonly<Record<LintCommandOptions['format'], (report: LintReport) => string>> = {
  text: textReport,
  json: (report) => JSON.stringify(jsonReport(report), null, 2),
  sarif: (report) => JSON.stringify(sarifReport(report), null, 2),
  junit: junitReport,
  github: githubReport,
};

export async function lint(options: LintCommandOptions, context: CommandContext): Promise<void> {
  const { head, base, metadata, format, warehouse, aws = false } = options;
  if (isGitRef(head))
    throw new UsageError('--head takes a file or a folder: only --base can be a version in git');
  const files = await contractFiles(head, metadata === undefined ? {} : { metadata });
  if (files.length === 0) throw new UsageError(`--head ${head}: the folder has no .json, .yaml or .yml file`);
  // What is compared with it may have had none of its own.
  const shared = metadata === undefined ? {} : { sharedMetadata: metadata };
  const before =
    base === undefined
      ? []
      : isGitRef(base)
        ? await contractFilesAt(base, head, shared)
        : await contractFiles(base, shared);
  const judge = (askRows: AskRows | null): Promise<LintReport> => lintContracts(before, files, askRows);
  const asks = warehouse !== undefined || aws;
  const report = asks ? await withRows(options, context, judge) : await judge(null);
  const text = FORMS[format](report);
  if (text !== '') await context.stdout.line(text);
  context.verdict = report.exitCode;
}
