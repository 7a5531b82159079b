import type { PlannedResource } from './planning.js';

export interface PolicyStatement {
  readonly sid: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

interface Rendered {
  readonly Statement?: readonly Readonly<Record<string, unknown>>[];
}

/** The statements of a policy as AWS reads it. */
export function policyStatements(text: string): readonly PolicyStatement[] {
  const list = (value: unknown): readonly string[] =>
    value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [String(value)];
  return ((JSON.parse(text) as Rendered).Statement ?? []).map((statement) => ({
    sid: String(statement['Sid'] ?? ''),
    effect: String(statement['Effect']),
    actions: list(statement['Action']),
    resources: list(statement['Resource']),
  }));
}

/** The policy of each function, by its name in the settings. */
export function functionPolicies(
  plan: readonly PlannedResource[],
): ReadonlyMap<string, readonly PolicyStatement[]> {
  const policies = new Map<string, readonly PolicyStatement[]>();
  for (const { address, type, values } of plan) {
    const module = /^module\.compute\.module\.(\w+)\.aws_iam_role_policy\.this$/.exec(address)?.[1];
    if (type === 'aws_iam_role_policy' && module !== undefined)
      policies.set(module.replaceAll('_', '-'), policyStatements(values['policy'] as string));
  }
  return policies;
}

/** The policy of those who deploy contracts. */
export function deployerPolicy(plan: readonly PlannedResource[]): readonly PolicyStatement[] {
  const { values } = plan.find(
    ({ address }) => address === 'module.compute.aws_iam_policy.contract_deployer',
  )!;
  return policyStatements(values['policy'] as string);
}

/** Whether a policy allows an action on a resource; `*` in the resource stands for some text. */
export function allows(statements: readonly PolicyStatement[], action: string, resource: string): boolean {
  return statements.some(
    ({ effect, actions, resources }) =>
      effect === 'Allow' &&
      actions.includes(action) &&
      resources.some((pattern) => matches(pattern, resource)),
  );
}

function matches(pattern: string, resource: string): boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`).test(resource);
}
