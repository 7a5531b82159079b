import type { TopicContract, TopicRow } from '@lean-ops/core';
import type { TableChange, TableColumnChange } from '@lean-ops/curate';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import type { DeployStep } from './deploy-plan.js';
import type { LiveTopic } from './live-contract.js';
import type { Judged } from './plan-deploy.js';
import type { DeployPorts } from './ports.js';

interface StepInput {
  readonly live: LiveTopic;
  readonly contract: TopicContract;
  /** As the registry is to have it. */
  readonly row: TopicRow;
  readonly judged: Judged;
}

/** The steps that make a contract live, those left out that there is nothing to do for. */
export async function planSteps(
  ports: Pick<DeployPorts, 'catalog' | 'state' | 'names' | 'surroundings' | 'documents'>,
  { live, contract, row, judged }: StepInput,
): Promise<DeployStep[]> {
  const { topic, version } = contract;
  const switches = isSwitch(live.row, row);
  // Tables that are not there yet are nothing that routing makes: the jobs make them.
  const tables = judged.tables.filter(({ kind }) => kind !== 'create' || judged.operation !== 'PURE_REMAP');
  const around = [...(await rawSteps(ports, topic)), ...(await aroundSteps(ports, row.queueTopic))];
  const changes =
    judged.operation === 'NUCLEAR_RESET' ? rebuildSteps(topic, version) : tables.flatMap(tableSteps);
  if (!switches && around.length === 0 && changes.length === 0) return [];
  const place = ports.documents.placeOf(topic);
  return [
    step('contract', `store contract ${topic} ${version}`),
    ...(place === null ? [] : [step('document', `write the contract to ${place}`)]),
    ...around,
    ...changes,
    ...(switches ? [step('registry', registryText(live.row, row), registryDetails(live.row, row))] : []),
    step('history', `record ${version} in ${ports.names?.ops ?? 'ops'}.schema_versions`),
  ];
}

/** Engine and envelope of a topic whose contract stays may be the deployment's word. */
export function isSwitch(before: TopicRow | null, after: TopicRow): boolean {
  return before?.contractVersion !== after.contractVersion || before.state !== after.state;
}

function step(id: DeployStep['id'], text: string, details: readonly string[] = []): DeployStep {
  return { id, text, details };
}

async function rawSteps({ catalog, names }: Pick<DeployPorts, 'catalog' | 'names'>, topic: string) {
  const identifier = { namespace: names?.raw ?? 'raw', name: rawTableName(topic) };
  if (await catalog.tableExists(identifier)) return [];
  return [step('raw', `create table ${identifier.namespace}.${identifier.name}`)];
}

async function aroundSteps({ surroundings }: Pick<DeployPorts, 'surroundings'>, queueTopic: string) {
  const missing = await surroundings.missing(queueTopic);
  return missing.length === 0 ? [] : [step('surroundings', missing.join('; '))];
}

function rebuildSteps(topic: string, version: string): DeployStep[] {
  return [
    step('rebuild', `rebuild the tables of ${topic} from RAW under ${version}`, [
      'ingestion goes on; readers see the old tables until the new ones take their place',
    ]),
  ];
}

function tableSteps({ layer, table, kind, columns, partitionBy, detail }: TableChange): DeployStep[] {
  if (kind === 'none') return [];
  const parts = partitionBy.length === 0 ? '' : `, partitioned by ${partitionBy.join(', ')}`;
  const text = kind === 'create' ? `create table ${table}${parts}` : `change table ${table} in place`;
  return [step(layer, text, [...columns.map(columnText), ...(detail === null ? [] : [detail])])];
}

function columnText(change: TableColumnChange): string {
  const id = `field ${change.id}`;
  if (change.kind === 'add') return `${id}: add ${change.column} ${change.type}`;
  if (change.kind === 'rename') return `${id}: rename ${change.column} to ${change.to}`;
  return `${id}: widen ${change.column} from ${change.from} to ${change.to}`;
}

function registryText(before: TopicRow | null, after: TopicRow): string {
  if (before === null) return `register topic ${after.topic} ${after.state} under ${after.contractVersion}`;
  return `switch topic ${after.topic} from ${before.contractVersion ?? 'no contract'} to ${after.contractVersion}`;
}

const REGISTRY_FIELDS = [
  'queueTopic',
  'state',
  'engine',
  'envelope',
  'schedule',
  'freshnessObjectiveSeconds',
] as const;

function registryDetails(before: TopicRow | null, after: TopicRow): string[] {
  return REGISTRY_FIELDS.flatMap((field) => {
    if (before === null) return [`${field}: ${after[field]}`];
    return before[field] === after[field] ? [] : [`${field}: ${before[field]} becomes ${after[field]}`];
  });
}
