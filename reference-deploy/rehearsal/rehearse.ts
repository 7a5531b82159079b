import { generateStream, verifyCapture } from '../generator/index.js';
import { loadSettings } from '../settings/settings.js';
import { reconcileAll } from './accountability.js';
import { compareCalls } from './calls/compare-calls.js';
import { asDeployer } from './command-line.js';
import { type Emulator, readDocuments, startEmulator } from './emulator/emulator.js';
import { functionCode } from './function-code.js';
import type { RehearsalOptions } from './options.js';
import type { RehearsalResult } from './report.js';
import { breakersClose, breakersOpen } from './scenes/breaker.js';
import {
  columnAdded,
  historyRebuilt,
  meanwhileIsCurated,
  topicsComeAndGo,
} from './scenes/contract-deploys.js';
import { archiveReplayed, messagesRefused, REFUSED_TEXT } from './scenes/dead-letters.js';
import { raiseStack } from './scenes/raise-stack.js';
import { type Outcome, Programme, unless } from './scenes/scene.js';
import { sendRound } from './scenes/send-round.js';
import { sinkBreaker } from './scenes/sink-breaker.js';
import { loseTable } from './scenes/table-lost.js';
import type { Deployment } from './stack/deployment.js';
import { REHEARSAL_HURRY } from './stack/hurry.js';
import { planStack } from './stack/plan-stack.js';
import { runRound } from './state-machine-round.js';
import { openTheatre, type Theatre } from './theatre.js';
import { castTopics, tableTopic } from './traffic/topics.js';

/** An account and a region in which the generator's foreign queues are, too. */
const PLACE = { project: 'lean-ops', environment: 'rehearsal', region: 'eu-west-1', account: '000000000000' };
/** Terraform's default. */
const STREAMS = 2;
const ROUNDS = 2;
/** As often as in bad hours of a busy region. */
const WEATHER = { throttledCalls: 0.05, failedRecords: 0.01, repeatedBatches: 0.01 };

export interface RehearsalContext {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Gets the emulator as soon as it runs: whoever ends the rehearsal ends it. */
  readonly onEmulator: (emulator: Emulator) => void;
  /** Default: MiniStack on this machine. */
  readonly start?: typeof startEmulator;
}

/** The whole rehearsal. What does not go as it must is in the result; what cannot go on is thrown. */
export async function rehearse(
  options: RehearsalOptions,
  context: RehearsalContext,
): Promise<RehearsalResult> {
  const { topics: count, events, seed } = options;
  const { signal, say, start = startEmulator } = context;
  const settings = loadSettings();
  const cast = castTopics(count);
  const deployment: Deployment = {
    ...PLACE,
    topics: cast.all,
    streams: STREAMS,
  };
  const plan = planStack({ settings, deployment, documents: await readDocuments(), hurry: REHEARSAL_HURRY });
  const stream = generateStream({
    events,
    seed,
    rounds: ROUNDS,
    topics: cast.all.map(({ queueTopic }) => queueTopic),
  });
  const emulator = await start({ region: deployment.region, say });
  context.onEmulator(emulator);
  const theatre = openTheatre({ emulator, deployment, cast, stream, signal, say });
  try {
    const programme = new Programme(say);
    await play(theatre, programme, seed, () => raiseStack(theatre, plan, functionCode));
    await programme.play('the calls of the functions', () => compareCalls(theatre, options.record));
    const reconciliations = await reconcileAll(theatre, theatre.layers);
    const captures = await verifyCapture({
      groundTruth: stream.groundTruth,
      catalog: theatre.catalog,
      tracker: theatre.state.errors,
      archive: theatre.archive,
      names: theatre.layers,
      originalId: (id) => theatre.log.originalOf(id),
      atLeastOnce: true,
    });
    return { scenes: programme.scenes, reconciliations, captures };
  } finally {
    theatre.clients.close();
  }
}

async function play(
  theatre: Theatre,
  programme: Programme,
  seed: number,
  raise: () => ReturnType<typeof raiseStack>,
): Promise<void> {
  const { emulator } = theatre;
  const pipeline = (): Promise<Outcome> => round(theatre, 'master-pipeline-orchestrator', 'succeeded');
  await programme.play('the stack is made', raise);
  await programme.play('Firehose refuses everything, then takes it', () => sinkBreaker(theatre));
  await emulator.setFaults({ seed, ...WEATHER });
  await loseTable(theatre);
  await programme.play('a first round of messages, one table missing', () => sendRound(theatre, 0));
  await programme.play('a round of the pipeline, one topic out of reach', () => roundWithout(theatre));
  await emulator.setFaults({ seed, ...WEATHER });
  await programme.play('the topic is rebuilt', () => rebuilt(theatre));
  await emulator.setFaults({ seed, ...WEATHER, refused: [REFUSED_TEXT] });
  // The one is waiting for the most part.
  await Promise.all([
    programme.play('messages that the sink refuses', () => messagesRefused(theatre)),
    governTopics(theatre, programme),
  ]);
  await emulator.setFaults({ seed, ...WEATHER });
  await programme.play('the table comes back, the archive is replayed', () => archiveReplayed(theatre));
  await programme.play('two producers break their envelopes', () => breakersOpen(theatre));
  await programme.play('the producers are sound again', () => breakersClose(theatre));
  await programme.play('a second round of messages', () => sendRound(theatre, 1));
  await programme.play('another round of the pipeline', pipeline);
  await programme.play('a contract breaks: its history is rebuilt', () => historyRebuilt(theatre));
  await programme.play('a night of maintenance', () =>
    round(theatre, 'maintenance-orchestrator', 'maintained'),
  );
  await programme.play('a last round of the pipeline', async () => {
    await theatre.settle();
    const { seen, faults } = await pipeline();
    return { seen, faults: [...faults, ...(await meanwhileIsCurated(theatre))] };
  });
  await programme.play('the deployment reconciles itself', () =>
    round(theatre, 'reconciliation-orchestrator', 'balanced'),
  );
}

/** What people do to contracts and topics while messages are under way. */
async function governTopics(theatre: Theatre, programme: Programme): Promise<void> {
  await programme.play('a contract gets a column', () => columnAdded(theatre));
  await programme.play('a topic comes and goes', () => topicsComeAndGo(theatre));
}

/** Storage refuses one topic's tables, and another has no RAW table: neither holds up the rest. */
async function roundWithout(theatre: Theatre): Promise<Outcome> {
  const { emulator, cast, layers, clients, names, signal, state } = theatre;
  const topic = tableTopic(cast.outOfReach);
  await emulator.setFaults({
    outages: [
      { service: 's3', contains: `/${layers.standardized}/${topic}/`, status: 403, code: 'AccessDenied' },
    ],
  });
  const machine = names.stateMachineArn('master-pipeline-orchestrator');
  const { outcomes, failures } = await runRound(clients, machine, 'succeeded', signal);
  const lease = await state.leases.get(`topic:${topic}`);
  return {
    seen: `${outcomes['succeeded'] ?? 0} succeeded; ${failures.join(', ')}`,
    faults: [
      ...unless(
        failures.length === 1 && failures[0]!.startsWith(`${topic}: failed`),
        `${topic} alone was to fail`,
      ),
      ...unless(outcomes['succeeded'] === cast.all.length - 1, 'others were held up'),
      ...unless(lease === null, `the lease of ${topic} is still held by ${lease?.owner}`),
    ],
  };
}

/** The topic has RAW and nothing else: the Historical Rebuilder makes the rest. */
async function rebuilt(theatre: Theatre): Promise<Outcome> {
  const topic = tableTopic(theatre.cast.outOfReach);
  const rebuild = ['rebuild', '--topic', topic, '--by', 'rehearsal', '--json'];
  const { status, stdout, stderr } = await asDeployer(theatre, rebuild);
  const result = status === 0 ? (JSON.parse(stdout) as { readonly status: string }) : null;
  return {
    seen: `${topic}: ${result?.status}`,
    faults: unless(
      result?.status === 'done',
      `lean-ops rebuild ended with ${status}: ${stdout.slice(-400)} ${stderr.slice(-400)}`,
    ),
  };
}

async function round(theatre: Theatre, machine: string, good: string): Promise<Outcome> {
  const { clients, names, signal } = theatre;
  const { outcomes, failures } = await runRound(clients, names.stateMachineArn(machine), good, signal);
  return {
    seen: Object.entries(outcomes)
      .map(([outcome, number]) => `${number} ${outcome}`)
      .join(', '),
    faults:
      failures.length === 0 ? [] : [`${failures.join(', ')}; job runs say: ${await failedRuns(theatre)}`],
  };
}

/** What `ops.job_runs` says of runs that failed. */
async function failedRuns({ catalog, layers }: Theatre): Promise<string> {
  const identifier = { namespace: layers.ops, name: 'job_runs' };
  if (!(await catalog.tableExists(identifier))) return 'nothing';
  const lines = new Set<string>();
  for await (const row of (await catalog.loadTable(identifier)).scan().rows())
    if (row['status'] === 'failed') lines.add(`${row['topic']} ${row['error_code']} ${row['error_message']}`);
  return [...lines].slice(-5).join('; ').slice(0, 2_000);
}
