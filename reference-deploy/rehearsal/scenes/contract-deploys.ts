import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TopicContract } from '@lean-ops/core';
import { root } from '../../../scripts/peers/set-up.js';
import {
  asDeployer,
  type CommandResult,
  deployerToken,
  deploymentOptions,
  LEAN_OPS,
  run,
} from '../command-line.js';
import { invoke } from '../stack/wanted-topics.js';
import type { Theatre } from '../theatre.js';
import { tableTopic } from '../traffic/topics.js';
import { type Outcome, unless } from './scene.js';
import { differenceOf, type Row, rowsOf } from './topic-rows.js';

/** Sent while the topic is being rebuilt. */
const MESSAGES_MEANWHILE = 40;
/** A topic that comes and goes; the deployment names none like it. */
const GUEST = 'guest-visits';

/** A column more, by the script that pipelines run on a merge: rows stay as they are, and the way back would break. */
export async function columnAdded(theatre: Theatre): Promise<Outcome> {
  const { catalog, layers, state } = theatre;
  const { topic, wider } = contractsOf(theatre);
  const curated = { namespace: layers.curated, name: topic };
  const before = await catalog.loadTable(curated);
  const deployed = await withContracts([wider], (folder) => deployAsPipeline(theatre, folder));
  const after = await catalog.loadTable(curated);
  const back = await asDeployer(theatre, ['contract', 'rollback', '--topic', topic, '--by', 'rehearsal']);
  const live = (await state.topics.get(topic))?.contractVersion;
  return {
    seen: `${topic} is under ${live}; its way back is refused`,
    faults: [
      ...ended('contracts.sh deploy', deployed, 0),
      ...ended('lean-ops contract rollback', back, 1),
      ...unless(
        back.stdout.includes('NUCLEAR_RESET, not declared'),
        'the way back was to be a breaking change',
      ),
      ...unless(live === wider.version, `${wider.version} was to be live`),
      ...unless(
        after.schema().fields.some(({ name }) => name === 'firmware'),
        'Curated has no column firmware',
      ),
      ...unless(
        after.metadata.tableUuid === before.metadata.tableUuid &&
          after.currentSnapshot()?.snapshotId === before.currentSnapshot()?.snapshotId,
        'rows of Curated were touched',
      ),
    ],
  };
}

/**
 * A column of another type, declared: the deploy starts the Historical Rebuilder and awaits it, while messages go on
 * arriving. Every row comes out as it was, but for the column whose type changed and the one that old rows lacked.
 */
export async function historyRebuilt(theatre: Theatre): Promise<Outcome> {
  const { state } = theatre;
  const { topic, wider, breaking } = contractsOf(theatre);
  const [standardized, curated] = await bothLayers(theatre, topic);
  const [deployed] = await withContracts([breaking], (folder) =>
    Promise.all([
      asDeployer(theatre, ['contract', 'deploy', '--head', folder, '--by', 'rehearsal']),
      sendMeanwhile(theatre),
    ]),
  );
  const [standardizedNow, curatedNow] = await bothLayers(theatre, topic);
  const row = await state.topics.get(topic);
  const history = await asDeployer(theatre, ['contract', 'history', '--topic', topic, '--format', 'json']);
  const versions = history.status === 0 ? versionsIn(history.stdout) : [];
  const drift = await driftOf(theatre, topic);
  const differences = [
    differenceOf(standardized, standardizedNow),
    differenceOf(underNewContract(curated, standardized), curatedNow),
  ];
  return {
    seen: `${curatedNow.size} rows of Curated and ${standardizedNow.size} of Standardized are rebuilt under ${row?.contractVersion}, each as it was`,
    faults: [
      ...ended('lean-ops contract deploy', deployed, 0),
      ...unless(curated.size > 0, 'there was nothing to rebuild'),
      ...differences.filter((difference) => difference !== null),
      ...unless(
        row?.contractVersion === breaking.version && row.state === 'enabled',
        `the topic is ${row?.state} under ${row?.contractVersion}`,
      ),
      ...unless(
        [...curatedNow.values()].every((one) => one['_schema_version'] === breaking.version),
        'rows name another contract',
      ),
      ...unless(
        versions.join() ===
          `register 1.0.0,SCHEMA_EVOLVE ${wider.version},NUCLEAR_RESET ${breaking.version} live`,
        `contract history says ${versions.join(', ')}`,
      ),
      ...unless(drift.length === 0, `topic-sync says: ${drift.join(', ')}`),
    ],
  };
}

/** A topic is added with its contract and its tables, and removed again. */
export async function topicsComeAndGo(theatre: Theatre): Promise<Outcome> {
  const { state } = theatre;
  const { wider } = contractsOf(theatre);
  const guest = { ...wider, topic: GUEST.replace('-', '_'), version: '1.0.0' };
  const added = await withContracts([guest], (folder) =>
    asDeployer(theatre, [
      'topics',
      'add',
      GUEST,
      '--contract',
      join(folder, `${guest.topic}.json`),
      '--by',
      'rehearsal',
    ]),
  );
  const listed = await asDeployer(theatre, ['topics', 'list', '--format', 'ndjson']);
  const removed = await asDeployer(theatre, ['topics', 'remove', GUEST, '--by', 'rehearsal']);
  return {
    seen: `${GUEST} was added and removed`,
    faults: [
      ...ended('lean-ops topics add', added, 0),
      ...ended('lean-ops topics list', listed, 0),
      ...unless(listed.stdout.includes(guest.topic), `${GUEST} was not listed`),
      ...ended('lean-ops topics remove', removed, 0),
      ...unless((await state.topics.get(guest.topic)) === null, `${GUEST} is still registered`),
    ],
  };
}

/** What came while the topic was rebuilt was left to the next round, which has put it into Curated. */
export async function meanwhileIsCurated(theatre: Theatre): Promise<readonly string[]> {
  const { topic, breaking } = contractsOf(theatre);
  const rows = [...(await rowsOf(theatre, 'curated', topic)).values()];
  const arrived = rows.filter(
    (row) => row['firmware'] === MEANWHILE_FIRMWARE && row['_schema_version'] === breaking.version,
  );
  return unless(
    arrived.length === MESSAGES_MEANWHILE,
    `${arrived.length} of ${MESSAGES_MEANWHILE} messages that came during the rebuild are in Curated`,
  );
}

const MEANWHILE_FIRMWARE = '9.9.9';

function contractsOf({ cast, stream }: Theatre): {
  readonly topic: string;
  readonly wider: TopicContract;
  readonly breaking: TopicContract;
} {
  const topic = tableTopic(cast.governed);
  const { contract } = stream.profiles.find((profile) => profile.contract.topic === topic)!;
  const { columns } = contract;
  const wider: TopicContract = {
    ...contract,
    version: '1.1.0',
    columns: { ...columns, firmware: { type: 'string', path: '$.device.firmware' } },
  };
  const breaking: TopicContract = {
    ...wider,
    version: '2.0.0',
    reset: { justification: 'humidity is kept as it was sent', impact: 'all rows are rebuilt' },
    columns: { ...wider.columns, humidity: { type: 'string', path: '$.reading.humidity' } },
  };
  return { topic, wider, breaking };
}

/** Curated as the new contract makes it of the same Standardized. */
function underNewContract(
  curated: ReadonlyMap<string, Row>,
  standardized: ReadonlyMap<string, Row>,
): ReadonlyMap<string, Row> {
  return new Map(
    [...curated].map(([key, row]) => {
      const { device_firmware: firmware, reading_humidity: humidity } = standardized.get(key)!;
      return [key, { ...row, firmware, humidity }];
    }),
  );
}

async function bothLayers(theatre: Theatre, topic: string) {
  return [await rowsOf(theatre, 'standardized', topic), await rowsOf(theatre, 'curated', topic)] as const;
}

async function sendMeanwhile({ queues, names, cast }: Theatre): Promise<void> {
  const { governed } = cast;
  for (let index = 0; index < MESSAGES_MEANWHILE; index += 1) {
    const id = `meanwhile-${index}`;
    const now = new Date().toISOString();
    const payload = {
      eventId: id,
      eventType: 'Telemetry',
      eventTimestamp: now,
      last_updated_ts: now,
      device: { id: `dev-${index}`, serial: `SN${index}`, firmware: MEANWHILE_FIRMWARE },
    };
    const about = { messageId: id, publishTime: now, idempotencyKeyResource: id };
    await queues.send({
      queue: names.topicQueue(governed),
      topic: tableTopic(governed),
      body: JSON.stringify({ ...about, payload }),
      id,
      ...(governed.fifo && { group: id }),
    });
  }
  await queues.flush();
}

/** The script that continuous integration runs, with its command by a path without blanks. */
async function deployAsPipeline(theatre: Theatre, folder: string): Promise<CommandResult> {
  const script = ['reference-deploy/ci/contracts.sh', 'deploy', '--contracts', folder, '--by', 'rehearsal'];
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  return await run(theatre, 'bash', [...script, '--', ...deploymentOptions(theatre)], {
    token: deployerToken(theatre),
    env: { LEAN_OPS: `node ${LEAN_OPS}`, PATH: path },
  });
}

async function withContracts<Result>(
  contracts: readonly TopicContract[],
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const scratch = await mkdtemp(join(tmpdir(), 'contracts-'));
  try {
    const folder = join(scratch, 'contracts');
    await mkdir(folder);
    for (const contract of contracts)
      await writeFile(join(folder, `${contract.topic}.json`), JSON.stringify(contract, null, 2));
    return await use(folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What topic-sync has to say of a topic. */
async function driftOf({ clients, names }: Theatre, topic: string): Promise<readonly string[]> {
  const { drift } = (await invoke(clients, names.of('topic-sync'))) as {
    readonly drift: readonly { readonly topic: string; readonly kind: string; readonly detail: string }[];
  };
  return drift.filter((one) => one.topic === topic).map(({ kind, detail }) => `${kind} ${detail}`);
}

function versionsIn(text: string): readonly string[] {
  const rows = JSON.parse(text) as readonly {
    readonly version: string;
    readonly operation: string;
    readonly live: boolean;
  }[];
  return rows.map(({ version, operation, live }) => `${operation} ${version}${live ? ' live' : ''}`);
}

function ended(what: string, { status, stdout, stderr }: CommandResult, wanted: number): readonly string[] {
  return unless(
    status === wanted,
    `${what} ended with ${status}: ${stdout.slice(-800)} ${stderr.slice(-800)}`,
  );
}
