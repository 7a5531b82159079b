import { createHash } from 'node:crypto';
import type { Journal, TopicContract } from '@lean-ops/core';
import { canonicalJson } from '@lean-ops/core/contract';
import { ContractToolError } from '../contract-tool-error.js';
import { type DeployJournal, deployJournal, journalDocument, journalName } from './deploy-journal.js';
import { claimDeploy, claimTopic, keepingLeases, lost, renewed } from './deploy-lease.js';
import type { DeployPlan } from './deploy-plan.js';
import { type DeployRun, runStep } from './deploy-steps.js';
import { planDeploy, unmakeable } from './plan-deploy.js';
import type { DeployPorts } from './ports.js';

export interface DeployOptions {
  readonly contract: TopicContract;
  /** As the queue of a new topic spells it. Default: as the contract does. */
  readonly queueTopic?: string;
  readonly deployedBy: string;
  /** Fingerprint of the plan that is wanted; another one is refused. */
  readonly expect?: string;
  /** How long to wait for a run or another deploy, milliseconds. Default 0. */
  readonly waitMs?: number;
  /** Whether a rebuild may leave out what RAW does not hold any more, as of `lean-ops rebuild`. */
  readonly acceptRawGap?: boolean;
  /** For `ops.schema_versions`. */
  readonly note?: string;
  readonly onProgress?: (text: string) => void;
}

export interface DeployOutcome {
  readonly plan: DeployPlan;
  /** `nothing`: all is as the contract says. `refused`: it does not pass; nothing was changed. */
  readonly outcome: 'deployed' | 'nothing' | 'refused';
  /** Version of an earlier deploy that was cut off and is finished now; null where there was none. */
  readonly finished: string | null;
}

/**
 * Makes a contract live, step by step by a journal: killed anywhere and called again it ends in the same state, and what
 * another deploy left half-done is finished first. Two at once come one after the other.
 *
 * @throws {ContractToolError} `TOPIC_BUSY`, `PLAN_CHANGED`, `DEPLOY_LOST`.
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH`, `LEASE_LOST`; and what a rebuild throws.
 * @example
 * const { outcome, plan } = await deployContract(ports, { contract, deployedBy: 'ada' });
 */
export async function deployContract(ports: DeployPorts, options: DeployOptions): Promise<DeployOutcome> {
  const { topic } = options.contract;
  const { waitMs = 0, onProgress: onWait = () => {} } = options;
  const owner = ports.tasks.newExecutionId();
  const claim = { topic, owner, waitMs, onWait };
  const lease = await claimDeploy(ports, claim);
  const run: DeployRun = { ports, lease, claim, topicLease: null, onProgress: onWait };
  try {
    const finished = await finishCutOff(run, options);
    run.topicLease = await claimTopic(ports, claim);
    // Rows that are there may be many to ask.
    const plan = await keepingLeases(ports, [run.lease, run.topicLease], () => planDeploy(ports, options));
    if (plan.verdict !== 'pass') return { plan, outcome: 'refused', finished };
    checkExpected(plan, options);
    if (plan.blocked !== null)
      throw new ContractToolError(plan.blocked, { code: 'TOPIC_BUSY', retryable: true, context: { topic } });
    if (plan.steps.length === 0) return { plan, outcome: 'nothing', finished };
    await ports.at?.('deploy:before-journal');
    const journal = await ports.state.journals.create(
      journalName(topic),
      journalDocument(newJournal(plan, options, ports.clock.now())),
    );
    if (journal === null) throw lost(journalName(topic));
    await runSteps(run, journal, options.contract);
    return { plan, outcome: 'deployed', finished };
  } finally {
    if (run.topicLease !== null) await ports.state.leases.release(run.topicLease);
    await ports.state.leases.release(run.lease);
  }
}

/** The contract whose deploy was cut off goes live first: it passed, and its tables may have changed. */
async function finishCutOff(run: DeployRun, { contract }: DeployOptions): Promise<string | null> {
  const { state } = run.ports;
  const journal = await state.journals.get(journalName(contract.topic));
  const begun = deployJournal(journal?.document);
  if (journal === null || begun === null) return null;
  // Where the same is wanted again, it is at hand even where the first step was not reached.
  const isSame = begun.digest === digestOf(contract);
  const stored = isSame ? contract : await state.contracts.get(begun.topic, begun.to);
  const isUntouched =
    stored === null || (begun.operation === 'NUCLEAR_RESET' && !isSame && (await neverBegun(run, begun)));
  // It would keep every other contract of the topic out for ever.
  if (isUntouched || (await unmakeable(stored)) !== null) {
    if (!(await state.journals.remove(journal))) throw lost(journal.name);
    return null;
  }
  run.onProgress(`finishing the deploy of ${begun.topic} ${begun.to}, which was cut off`);
  run.topicLease = await claimTopic(run.ports, run.claim);
  await runSteps(run, journal, stored);
  return begun.to;
}

/** A rebuild that never began, or was abandoned, need not be done before something else is. */
async function neverBegun({ ports: { state } }: DeployRun, { topic, to }: DeployJournal): Promise<boolean> {
  const [row, rebuild] = [await state.topics.get(topic), await state.journals.get(`rebuild/${topic}`)];
  return rebuild === null && row?.contractVersion !== to;
}

async function runSteps(run: DeployRun, begun: Journal, contract: TopicContract): Promise<void> {
  const { ports } = run;
  let journal = begun;
  let entry = deployJournal(journal.document)!;
  for (const id of entry.steps) {
    if (entry.done.includes(id)) continue;
    await ports.at?.(`deploy:before-${id}`);
    run.lease = await renewed(ports, run.lease);
    run.topicLease = await renewed(ports, run.topicLease ?? (await claimTopic(ports, run.claim)));
    await runStep(id, run, { entry, contract });
    await ports.at?.(`deploy:after-${id}`);
    entry = { ...entry, done: [...entry.done, id] };
    const next = await ports.state.journals.replace(journal, journalDocument(entry));
    if (next === null) throw lost(journal.name);
    journal = next;
  }
  await ports.at?.('deploy:before-end');
  if (!(await ports.state.journals.remove(journal))) throw lost(journal.name);
  await ports.at?.('deploy:after-end');
}

function newJournal(plan: DeployPlan, options: DeployOptions, now: number): DeployJournal {
  const { topic, queueTopic, from, to, operation, fingerprint } = plan;
  return {
    topic,
    queueTopic,
    from,
    to,
    operation,
    fingerprint,
    deployedBy: options.deployedBy,
    steps: plan.steps.map(({ id }) => id),
    done: [],
    digest: digestOf(options.contract),
    acceptRawGap: options.acceptRawGap ?? false,
    note: options.note ?? null,
    begunAt: now,
  };
}

function digestOf(contract: TopicContract): string {
  return createHash('sha256').update(canonicalJson(contract)).digest('hex');
}

function checkExpected({ fingerprint, topic }: DeployPlan, { expect }: DeployOptions): void {
  if (expect === undefined || expect === fingerprint) return;
  throw new ContractToolError(
    `the plan for ${topic} is ${fingerprint} now and not ${expect}: something went live meanwhile, or the contract is another one. Nothing was changed; look at the plan again`,
    { code: 'PLAN_CHANGED', context: { topic, expect, fingerprint } },
  );
}
