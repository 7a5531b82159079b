import { RULES } from '@lean-ops/core/contract';
import type { DeployPlan, RebuiltRows } from './deploy-plan.js';

/** A plan for people. */
export function planText(plan: DeployPlan): string {
  const { topic, from, to, operation, declared, steps, rows, unfinished, blocked } = plan;
  const reset = operation === 'NUCLEAR_RESET' ? (declared ? ', declared' : ', not declared') : '';
  const done = steps.length === 0 && plan.verdict === 'pass' ? ': nothing to do' : '';
  return [
    `${topic} ${from === null ? to : `${from} → ${to}`}: ${operation}${reset}${done}`,
    ...(unfinished === null ? [] : [`  first: finish the deploy of ${unfinished}, which was cut off`]),
    ...(blocked === null ? [] : [`  not now: ${blocked}`]),
    ...plan.faults.map((fault) => `  error: ${fault}`),
    ...plan.findings.map(({ severity, rule, message }) => `  ${severity} ${rule}: ${message}`),
    ...plan.findings
      .filter(({ severity }) => severity === 'error' || (severity === 'breaking' && !declared))
      .map(({ rule }) => `      ${RULES[rule].fix}`),
    ...steps.flatMap(({ text, details }, index) => [
      `  ${index + 1}. ${text}`,
      ...details.map((detail) => `       ${detail}`),
    ]),
    ...(rows === null ? [] : [`  ${rowsText(rows)}`]),
    ...(steps.length === 0 ? [] : [`  plan ${plan.fingerprint}`]),
  ].join('\n');
}

function rowsText({ raw, standardized, curated, errors }: RebuiltRows): string {
  const count = (rows: number): string => rows.toLocaleString('en');
  return `a rebuild reads ${count(raw)} rows of RAW and replaces ${count(standardized)} of Standardized, ${count(curated)} of Curated and ${count(errors)} errors`;
}

/** What a program exits with: 0 pass, 1 breaking and not declared, 2 documents wrong. */
export function exitCodeOf(plans: readonly DeployPlan[]): 0 | 1 | 2 {
  if (plans.some(({ verdict }) => verdict === 'wrong')) return 2;
  return plans.some(({ verdict }) => verdict === 'breaking') ? 1 : 0;
}
