import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suiteWhere } from '../../../test/support/suite-where.js';
import recorded from '../../rehearsal/recorded-calls.json' with { type: 'json' };
import { loadSettings } from '../../settings/settings.js';
import { CALL_ACTIONS, EXTRA_ACTIONS, POLLER_ACTIONS, RARE_ACTIONS, RARE_FILES } from './call-actions.js';
import { callsOf, functionEntry, possibleCalls } from './handler-calls.js';
import { iamTable } from './iam-table.js';
import {
  openWorkspace,
  type PlannedResource,
  plannedResources,
  preparePlanning,
  type Workspace,
} from './planning.js';
import {
  allows,
  deployerPolicy,
  functionPolicies,
  type PolicyStatement,
  policyStatements,
} from './policy.js';

const settings = loadSettings();
const functions = Object.keys(settings.functions);
const DEPLOYER = 'contract-deployer';
const ENTRIES = [
  ...functions.map((name) => [name, functionEntry(name)] as const),
  [DEPLOYER, 'contract/deploy/aws/open.ts'] as const,
];
/** IAM takes no longer one, blanks not counted. */
const LONGEST_MANAGED_POLICY = 6_144;
const mapped = new Set(Object.values(settings.mappings).map((mapping) => mapping.function));
const { missing } = await preparePlanning();

interface RecordedCall {
  readonly service: string;
  readonly command: string;
  readonly resources: readonly string[];
}
const calls: Readonly<Record<string, readonly RecordedCall[]>> = recorded.callers;

/** The rehearsal has an account of its own; what it saw of Glue are databases, and of transactions nothing. */
function isAllowed(
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
  { isExact }: { readonly isExact: boolean },
): boolean {
  const here = resource
    .replace(':000000000000:', ':123456789012:')
    .replace(/(:glue:.*:)table(\/[^/]*)$/, '$1database$2');
  if (here === '*') return statements.some(({ actions }) => actions.includes(action));
  // A star that was written down stands for more than one name: some of what it covers must be allowed.
  const prefix = here.slice(0, here.includes('*') ? here.indexOf('*') : here.length);
  return (
    allows(statements, action, here.replaceAll('*', 'any')) ||
    (!isExact &&
      prefix !== here &&
      statements.some(
        ({ actions, resources }) =>
          actions.includes(action) && resources.some((resource) => resource.startsWith(prefix)),
      ))
  );
}

const actionsOf = (statements: readonly PolicyStatement[]): readonly string[] =>
  [...new Set(statements.flatMap(({ actions }) => actions))].sort();

const isRareFile = (name: string, resource: string): boolean =>
  Object.keys(RARE_FILES[name] ?? {}).some((part) => resource.includes(part));

suiteWhere(missing, 'the policies', () => {
  let workspace: Workspace;
  let plan: readonly PlannedResource[];
  let policies: ReadonlyMap<string, readonly PolicyStatement[]>;

  beforeAll(async () => {
    workspace = await openWorkspace();
    plan = await plannedResources(workspace, {
      // Named as the rehearsal is, whose calls are compared.
      project_name: 'lean-ops',
      environment: 'rehearsal',
      iceberg_bucket: 'lean-ops-rehearsal-warehouse-000000000000',
      schema_bucket: 'lean-ops-rehearsal-schemas-000000000000',
      archive_bucket: 'lean-ops-rehearsal-archive-000000000000',
      masking_secret_arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:masking-AbCdEf',
      lineage_secret_arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:lineage-AbCdEf',
      topics: { a: {} },
    });
    policies = new Map([...functionPolicies(plan), [DEPLOYER, deployerPolicy(plan)]]);
  });
  afterAll(() => workspace?.remove());

  it('are one for each function, and one for those who deploy contracts', () => {
    expect([...policies.keys()].sort()).toEqual([...functions, DEPLOYER].sort());
  });

  it.each(ENTRIES)('of %s allow nothing that its code cannot call', async (name, entry) => {
    const calls = await possibleCalls(entry);
    expect([...calls].filter((call) => !(call in CALL_ACTIONS))).toEqual([]);
    const called = new Set([...calls].flatMap((call) => CALL_ACTIONS[call] ?? []));
    const unused = actionsOf(policies.get(name)!).filter(
      (action) =>
        !called.has(action) &&
        !(action in EXTRA_ACTIONS) &&
        !(mapped.has(name) && POLLER_ACTIONS.includes(action)),
    );
    expect(unused).toEqual([]);
  });

  it.each(Object.entries(calls))('of %s allow every call that the rehearsal saw', (name, made) => {
    const statements = policies.get(name)!;
    // Of deployers it was written down which files are metadata.
    const isExact = name === DEPLOYER;
    const refused = made.flatMap(({ service, command, resources }) =>
      CALL_ACTIONS[`${service}/${command}`]!.flatMap((action) =>
        resources
          .filter((resource) => !isAllowed(statements, action, resource, { isExact }))
          .map((resource) => `${action} ${resource}`),
      ),
    );
    expect(refused).toEqual([]);
  });

  it.each(Object.entries(calls))('of %s allow nothing else without a reason', (name, made) => {
    const seen = new Set(made.flatMap(({ service, command }) => CALL_ACTIONS[`${service}/${command}`]!));
    const common = policies
      .get(name)!
      .filter(({ resources }) => !resources.every((one) => isRareFile(name, one)));
    const unexplained = actionsOf(common).filter(
      (action) =>
        !seen.has(action) &&
        !(action in EXTRA_ACTIONS) &&
        !(mapped.has(name) && POLLER_ACTIONS.includes(action)) &&
        !(action in RARE_ACTIONS['*']!) &&
        !(action in (RARE_ACTIONS[name] ?? {})),
    );
    expect(unexplained).toEqual([]);
  });

  it.each(Object.entries(calls))('of %s name no files that it never reads or writes', (name, made) => {
    const seen = made.filter(({ service }) => service === 's3').flatMap(({ resources }) => resources);
    const rare = { ...RARE_ACTIONS['*'], ...RARE_ACTIONS[name] };
    const unseen = policies
      .get(name)!
      .filter(({ actions }) =>
        actions.some((action) => /^s3:(Get|Put)Object$/.test(action) && !(action in rare)),
      )
      .flatMap(({ resources }) => resources)
      .filter((pattern) => !seen.some((resource) => resource.startsWith(pattern.replace(/\*.*$/, ''))))
      .filter((pattern) => !isRareFile(name, pattern));
    expect(unseen).toEqual([]);
  });

  it.each([
    ['function', 'iam', (name: string) => name !== DEPLOYER],
    ['policy', 'iam of people', (name: string) => name === DEPLOYER],
  ])('of each %s are what docs/security.md says they are', (heading, mark, isMeant) => {
    const shown = new Map([...policies].filter(([name]) => isMeant(name)));
    const table = iamTable(heading, shown, 'lean-ops-rehearsal').replaceAll('-000000000000', '');
    const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'security.md');
    const text = readFileSync(file, 'utf8');
    const [start, end] = [`<!-- ${mark}: begin -->\n`, `\n<!-- ${mark}: end -->`];
    const written = text.slice(text.indexOf(start) + start.length, text.indexOf(end));
    if (process.env['LEAN_OPS_UPDATE_DOCS'] === 'true') writeFileSync(file, text.replace(written, table));
    else expect(written).toBe(table);
  });

  it('of deployers fits what IAM takes, however long the names are', () => {
    const { values } = plan.find(({ type }) => type === 'aws_iam_policy')!;
    const text = JSON.stringify(JSON.parse(values['policy'] as string))
      .replaceAll(/lean-ops-rehearsal-(warehouse|schemas)-000000000000/g, 'b'.repeat(63))
      .replaceAll(/lean[-_]ops[-_]rehearsal/g, 'p'.repeat(31))
      .replaceAll('eu-west-1', 'ap-southeast-2')
      .replaceAll('arn:aws:', 'arn:aws-us-gov:');
    expect(text.length).toBeLessThan(LONGEST_MANAGED_POLICY);
  });

  it('name their resources, except where a service knows no names', () => {
    const unnamed = plan
      .filter(({ type }) => ['aws_iam_policy', 'aws_iam_role_policy'].includes(type))
      .flatMap(({ address, values }) =>
        policyStatements(values['policy'] as string)
          .filter(({ effect, resources }) => effect === 'Allow' && resources.includes('*'))
          .flatMap(({ actions }) => actions.map((action) => [action, address] as const)),
      );
    const actions = [...new Set(unnamed.map(([action]) => action))].sort();
    expect(actions).toEqual([
      'lambda:ListEventSourceMappings',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  it('never allow a whole service', () => {
    for (const { type, address, values } of plan) {
      if (!['aws_iam_policy', 'aws_iam_role_policy'].includes(type)) continue;
      for (const { actions } of policyStatements(values['policy'] as string))
        for (const action of actions) expect(action, address).not.toContain('*');
    }
  });

  it('let a state machine call exactly the functions of its document', () => {
    for (const machine of Object.keys(settings.stateMachines)) {
      const { values } = plan.find(
        ({ address }) => address === `module.orchestration.aws_iam_role_policy.machine["${machine}"]`,
      )!;
      const call = policyStatements(values['policy'] as string).find(({ sid }) => sid === 'CallFunctions')!;
      const { values: made } = plan.find(
        ({ address }) => address === `module.orchestration.aws_sfn_state_machine.this["${machine}"]`,
      )!;
      const named = [...String(made['definition']).matchAll(/"(arn:aws:lambda:[^"]+)"/g)].map(
        (match) => match[1]!,
      );
      expect([...call.resources].sort(), machine).toEqual([...new Set(named)].sort());
    }
  });
});

describe('callsOf', () => {
  it('sees commands that are constructed, not types and not what is only imported', () => {
    const text = `import { type GetItemCommandInput, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
      send(new PutItemCommand({}));`;
    expect(callsOf(text)).toEqual(['dynamodb/PutItem']);
  });
});

describe('allows', () => {
  const statements = policyStatements(
    JSON.stringify({
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: ['arn:aws:s3:::bucket/prefix/*'] }],
    }),
  );
  it('compares action and resource', () => {
    expect(allows(statements, 's3:GetObject', 'arn:aws:s3:::bucket/prefix/key')).toBe(true);
    expect(allows(statements, 's3:PutObject', 'arn:aws:s3:::bucket/prefix/key')).toBe(false);
    expect(allows(statements, 's3:GetObject', 'arn:aws:s3:::bucket/other')).toBe(false);
  });
});
