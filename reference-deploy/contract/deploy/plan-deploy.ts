import { createHash } from 'node:crypto';
import { type TopicContract, tableSafeTopic } from '@lean-ops/core';
import {
  canonicalJson,
  columnRenames,
  type LintFinding,
  type LintResult,
  lintContract,
  RULES,
} from '@lean-ops/core/contract';
import {
  askHistory,
  CurateError,
  checkTopicTables,
  planTopicTables,
  type TableChange,
  warehouseStatus,
} from '@lean-ops/curate';
import { registryRow } from '../../handlers/shared/register-topic.js';
import { deployJournal, journalName } from './deploy-journal.js';
import type { DeployPlan, RebuiltRows } from './deploy-plan.js';
import { type LiveTopic, liveTopic } from './live-contract.js';
import { planSteps } from './plan-steps.js';
import type { DeployPorts } from './ports.js';
import { wantedTopic } from './wanted-topic.js';

export interface PlanOptions {
  readonly contract: TopicContract;
  /** As the queue of a new topic spells it. Default: as the contract does. */
  readonly queueTopic?: string;
}

type PlanPorts = Omit<DeployPorts, 'tasks' | 'rebuild' | 'sleep'>;

/**
 * Says what a deploy of a contract would do with what is live. Changes nothing.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH` where somebody changed a table by hand.
 * @throws {CoreError} `TOPIC_NAME_INVALID`.
 * @example
 * const { operation, verdict, steps } = await planDeploy(ports, { contract });
 */
export async function planDeploy(
  ports: PlanPorts,
  { contract, queueTopic }: PlanOptions,
): Promise<DeployPlan> {
  const { topic } = contract;
  const live = await liveTopic(ports, topic, contract);
  const spelling = live.row?.queueTopic ?? ports.surroundings.spellingOf(topic);
  const wanted = wantedTopic(live, contract, queueTopic ?? spelling);
  const faults = await faultsOf(ports, live, contract, wanted.queueTopic);
  const cannotBe = await unmakeable(contract);
  if (cannotBe !== null) faults.push(cannotBe);
  const judged = cannotBe === null ? await judge(ports, live, contract) : notJudged(live);
  const passes = judged.verdict === 'pass' && faults.length === 0;
  const row = registryRow(wanted, live.row, ports.clock.now());
  const steps = passes ? await planSteps(ports, { live, contract, row, judged }) : [];
  const journal = deployJournal((await ports.state.journals.get(journalName(topic)))?.document);
  const plan = {
    topic,
    queueTopic: wanted.queueTopic,
    from: live.contract?.version ?? null,
    to: contract.version,
    operation: judged.operation,
    declared: judged.declared,
    verdict: faults.length > 0 ? ('wrong' as const) : judged.verdict,
    findings: judged.findings,
    faults,
    steps,
    rows: judged.operation === 'NUCLEAR_RESET' ? await rowsOf(ports, topic) : null,
    unfinished: journal?.to ?? null,
    blocked:
      live.row?.state === 'rebuilding'
        ? `topic ${topic} is being rebuilt: wait for it, or finish or abandon it (lean-ops rebuild)`
        : null,
  };
  return { ...plan, fingerprint: fingerprintOf(plan, contract) };
}

/** What the linter said, and what becomes of the tables. */
export interface Judged extends Pick<LintResult, 'operation' | 'declared' | 'verdict' | 'findings'> {
  readonly tables: readonly TableChange[];
}

/** Why no tables can be made under a contract; null where they can. */
export async function unmakeable(contract: TopicContract): Promise<string | null> {
  try {
    await checkTopicTables(contract);
    return null;
  } catch (error) {
    if (error instanceof CurateError) return error.message;
    throw error;
  }
}

function notJudged({ contract }: LiveTopic): Judged {
  const operation = contract === null ? 'NEW_TABLE' : 'SCHEMA_EVOLVE';
  return { operation, declared: false, verdict: 'wrong', findings: [], tables: [] };
}

async function judge(ports: PlanPorts, live: LiveTopic, contract: TopicContract): Promise<Judged> {
  const base = liveAsItRuns(live, contract);
  const { catalog, names } = ports;
  const result = await lintWithHistory(ports, base, contract);
  if (result.verdict === 'wrong' || result.operation === 'NUCLEAR_RESET') return { ...result, tables: [] };
  const tables = await planTopicTables({
    catalog,
    topic: contract.topic,
    contract,
    renamed: base === null ? new Map() : columnRenames(base, contract),
    ...(names === undefined ? {} : { names }),
  });
  if (!tables.some(({ kind }) => kind === 'rebuild') && !isWrappedOtherwise(live, contract, tables))
    return { ...result, tables };
  // A topic without a contract was standardized under defaults: a first contract may break with those.
  const declared = contract.reset !== undefined;
  return {
    operation: 'NUCLEAR_RESET',
    declared,
    verdict: declared ? 'pass' : 'breaking',
    findings: [...result.findings, ...layoutFindings(live, contract)],
    tables,
  };
}

/** A check that every row passes breaks nothing: the rows that are there are asked. */
async function lintWithHistory(
  { catalog, names }: Pick<DeployPorts, 'catalog' | 'names'>,
  base: TopicContract | null,
  head: TopicContract,
): Promise<LintResult> {
  const result = lintContract(base, head);
  if (base === null || result.questions.length === 0 || result.verdict === 'wrong') return result;
  const { questions } = result;
  const renamed = columnRenames(base, head);
  const asked = { catalog, base, head, renamed, questions, ...(names === undefined ? {} : { names }) };
  return lintContract(base, head, { history: await askHistory(asked) });
}

/**
 * The live contract with the envelope that the topic is run under, where no contract said it yet and the new one does:
 * the deployment's word is live too.
 */
function liveAsItRuns({ row, contract: live }: LiveTopic, contract: TopicContract): TopicContract | null {
  if (live === null || row === null || live.envelope !== undefined || contract.envelope === undefined)
    return live;
  return { ...live, envelope: row.envelope };
}

/** Whether a first contract says another envelope than that under which the rows of its topic were received. */
function isWrappedOtherwise(
  { row, contract: live }: LiveTopic,
  { envelope }: TopicContract,
  tables: readonly TableChange[],
): boolean {
  if (live !== null || row === null || envelope === undefined || envelope === row.envelope) return false;
  return tables.some(({ layer, kind }) => layer === 'standardized' && kind !== 'create');
}

/** How a first contract differs from the defaults under which a topic without one is run. */
function layoutFindings({ row }: LiveTopic, contract: TopicContract): LintFinding[] {
  const envelope = row === null || contract.envelope === undefined ? {} : { envelope: row.envelope };
  const { topic } = contract;
  const defaults: TopicContract = { topic, version: '0.0.0', owner: 'defaults', columns: {}, ...envelope };
  return lintContract(defaults, contract).findings.filter(
    ({ rule, severity }) => severity === 'breaking' && RULES[rule].concerns === 'table',
  );
}

async function faultsOf(
  { state }: PlanPorts,
  { row }: LiveTopic,
  contract: TopicContract,
  queueTopic: string,
): Promise<string[]> {
  const faults: string[] = [];
  const { topic, version } = contract;
  const stored = await state.contracts.get(topic, version);
  if (stored !== null && canonicalJson(stored) !== canonicalJson(contract))
    faults.push(
      `version ${version} of topic ${topic} is taken: it was deployed, or begun to be, with other content, and a version never changes. Raise it`,
    );
  if (tableSafeTopic(queueTopic) !== topic)
    faults.push(
      `queue topic ${queueTopic} is the table ${tableSafeTopic(queueTopic)}, and the contract is of ${topic}`,
    );
  else if (row !== null && row.queueTopic !== queueTopic)
    faults.push(`topic ${topic} is registered with queue topic ${row.queueTopic}, not ${queueTopic}`);
  return faults;
}

async function rowsOf({ catalog, names }: PlanPorts, topic: string): Promise<RebuiltRows> {
  const [status] = await warehouseStatus({
    catalog,
    topics: [topic],
    ...(names === undefined ? {} : { names }),
  });
  return {
    raw: status?.raw?.rows ?? 0,
    standardized: status?.standardized?.rows ?? 0,
    curated: status?.curated?.rows ?? 0,
    errors: status?.errors?.rows ?? 0,
  };
}

function fingerprintOf(plan: Omit<DeployPlan, 'fingerprint'>, contract: TopicContract): string {
  const { topic, from, to, operation, steps } = plan;
  const content = { topic, from, to, operation, steps, contract };
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 16);
}
