import type { Lease, OpsEntry, TopicContract } from '@lean-ops/core';
import { columnRenames } from '@lean-ops/core/contract';
import { changeTopicTable, isCuratedCutOff } from '@lean-ops/curate';
import { leaseToJson } from '../../handlers/shared/lease.js';
import { ensureRawTable, registryRow } from '../../handlers/shared/register-topic.js';
import type { DeployJournal } from './deploy-journal.js';
import { type ClaimOptions, claimTopic, keepingLeases, lost } from './deploy-lease.js';
import type { StepId } from './deploy-plan.js';
import { isSwitch } from './plan-steps.js';
import type { DeployPorts } from './ports.js';
import { wantedTopic } from './wanted-topic.js';

/** A deploy as this process does it. */
export interface DeployRun {
  readonly ports: DeployPorts;
  readonly claim: ClaimOptions;
  readonly onProgress: (text: string) => void;
  /** Keeps other deploys out. */
  lease: Lease;
  /** Keeps runs out; null while a rebuild has the topic. */
  topicLease: Lease | null;
}

interface StepWork {
  readonly entry: DeployJournal;
  readonly contract: TopicContract;
}

/** Rows of `ops` are small: a contract of many columns is found in the state store. */
const LONGEST_CONTRACT = 100_000;

/** Does one step; where it was done before, nothing. */
export async function runStep(id: StepId, run: DeployRun, work: StepWork): Promise<void> {
  const { ports } = run;
  const { contract, entry } = work;
  run.onProgress(`${entry.topic} ${entry.to}: ${id}`);
  if (id === 'contract') return await ports.state.contracts.put(contract);
  if (id === 'document') return await ports.documents.put(contract);
  if (id === 'raw') return await ensureRawTable(ports.catalog, entry.topic, ports.names?.raw ?? 'raw');
  if (id === 'surroundings') return await ports.surroundings.make(entry.queueTopic);
  if (id === 'standardized' || id === 'curated') return await changeTable(id, run, work);
  if (id === 'rebuild') return await rebuild(run, work);
  if (id === 'registry') return await switchRegistry(run, work);
  await ports.state.outbox.put([historyEntry(work, ports.clock.now())]);
}

async function changeTable(layer: 'standardized' | 'curated', run: DeployRun, work: StepWork): Promise<void> {
  const { catalog, names, state } = run.ports;
  const { topic, from } = work.entry;
  if (layer === 'curated' && (await isCuratedCutOff(catalog, topic, names))) await completeRun(run, topic);
  const base = from === null ? null : await state.contracts.get(topic, from);
  await changeTopicTable(layer, {
    catalog,
    topic,
    contract: work.contract,
    renamed: base === null ? new Map() : columnRenames(base, work.contract),
    ...(names === undefined ? {} : { names }),
    fencingToken: run.topicLease!.token,
  });
}

/** What a run was cut off in has to be completed under the contract that began it. */
async function completeRun(
  { ports, lease, topicLease, claim, onProgress }: DeployRun,
  topic: string,
): Promise<void> {
  onProgress(`${topic}: completing a run that was cut off`);
  let max_rows: unknown = null;
  for (;;) {
    const input = { topic_name: topic, run_id: claim.owner, lease: leaseToJson(topicLease!), max_rows };
    const result = (await keepingLeases(ports, [lease], () => ports.tasks.call('curate', input))) as {
      readonly status?: string;
      readonly max_rows?: number | null;
    };
    if (result.status === 'done' || !(await isCuratedCutOff(ports.catalog, topic, ports.names))) return;
    max_rows = result.max_rows ?? null;
  }
}

/** The rebuild takes the topic's lease itself, and makes the contract live with the tables. */
async function rebuild(run: DeployRun, { entry, contract }: StepWork): Promise<void> {
  const { ports, onProgress, claim } = run;
  await ports.state.leases.release(run.topicLease!);
  run.topicLease = null;
  const { topic, deployedBy: requestedBy, acceptRawGap } = entry;
  const request = { topic, contract, requestedBy, acceptRawGap, onProgress };
  await keepingLeases(ports, [run.lease], () => ports.rebuild(request));
  run.topicLease = await claimTopic(ports, claim);
}

async function switchRegistry({ ports }: DeployRun, { entry, contract }: StepWork): Promise<void> {
  const { state, clock } = ports;
  const live = entry.from === null ? null : await state.contracts.get(entry.topic, entry.from);
  for (;;) {
    const row = await state.topics.get(entry.topic);
    // Versions never come back: whoever made another one live had taken this deploy over.
    if (row !== null && row.contractVersion !== entry.from && row.contractVersion !== entry.to)
      throw lost(`topic ${entry.topic}`);
    const wanted = wantedTopic({ row, contract: live }, contract, entry.queueTopic);
    const after = registryRow(wanted, row, clock.now(), entry.deployedBy);
    if (!isSwitch(row, after) || (await state.topics.replace(row, after))) return;
  }
}

function historyEntry({ entry, contract }: StepWork, now: number): Omit<OpsEntry, 'sequence'> {
  const text = JSON.stringify(contract);
  return {
    id: `${entry.topic}:${entry.to}:${entry.begunAt}`,
    table: 'schema_versions',
    row: {
      topic: entry.topic,
      version: entry.to,
      operation: entry.operation,
      contract: text.length > LONGEST_CONTRACT ? null : text,
      deployed_by: entry.deployedBy,
      deployed_at: now,
      from_version: entry.from,
      plan: entry.fingerprint,
      note: entry.note,
    },
  };
}
