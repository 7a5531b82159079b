import type { LintReport } from '../lint-contracts.js';
import { isFailure, type ReportLine, reportLines } from './rule-texts.js';

/** JUnit's XML: a test case per contract, failing where it does not pass. */
export function junitReport(report: LintReport): string {
  const lines = reportLines(report);
  const cases = [
    ...groups(lines.filter(({ topic }) => topic === null)).map(([file, own]) => ({ name: file, own })),
    ...report.topics.map(({ result }) => ({
      name: result.topic,
      own: lines.filter(({ topic }) => topic === result.topic),
    })),
  ];
  const failing = cases.filter(({ own }) => own.some((line) => isFailure(line, report)));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite name="lean-ops contract lint" tests="${cases.length}" failures="${failing.length}" errors="0">`,
    ...cases.map(({ name, own }) => testCase(name, own, report)),
    '</testsuite></testsuites>',
  ].join('\n');
}

function groups(lines: readonly ReportLine[]): [string, ReportLine[]][] {
  const found = new Map<string, ReportLine[]>();
  for (const line of lines) found.set(line.place.file, [...(found.get(line.place.file) ?? []), line]);
  return [...found];
}

function testCase(name: string, lines: readonly ReportLine[], report: LintReport): string {
  const said = (some: readonly ReportLine[]): string => some.map(lineText).join('\n');
  const failures = lines.filter((line) => isFailure(line, report));
  const others = lines.filter((line) => !failures.includes(line));
  const body = [
    ...(failures.length === 0
      ? []
      : [`<failure message="${escaped(failures[0]!.message)}">${escaped(said(failures))}</failure>`]),
    ...(others.length === 0 ? [] : [`<system-out>${escaped(said(others))}</system-out>`]),
  ].join('');
  return `<testcase classname="contracts" name="${escaped(name)}">${body}</testcase>`;
}

function lineText({ place, rule, message, fix }: ReportLine): string {
  return `${place.file}:${place.line}:${place.column} ${rule}: ${message}. ${fix}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML 1.0 cannot hold become the replacement character. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
