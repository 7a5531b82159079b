import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installPython, peerHome, root, setUpOnce, startServer } from '../../../scripts/peers/set-up.js';

/** AWS as MiniStack acts it out, with what the rehearsal can ask of it besides. */
export interface Emulator {
  readonly endpoint: string;
  setFaults(faults: Faults): Promise<void>;
  status(): Promise<EmulatorStatus>;
  /** Calls of those who say who they are, in the order of their names: functions, and people as {@link personToken} has it. */
  calls(): Promise<readonly ObservedCall[]>;
  /** Also ends the processes of functions. */
  stop(): Promise<void>;
}

/** What goes wrong from now on; what is left out goes right. Shares are from 0 to 1. */
interface Faults {
  readonly seed?: number;
  /** `PutRecordBatch` calls that Firehose refuses. */
  readonly throttledCalls?: number;
  /** Records that Firehose refuses within a call that it accepts. */
  readonly failedRecords?: number;
  /** Batches that are delivered again although the function took them. */
  readonly repeatedBatches?: number;
  /** Firehose refuses every record that holds one of these texts, every time. */
  readonly refused?: readonly string[];
  /** Services that fail for requests whose path or body holds a text. */
  readonly outages?: readonly {
    readonly service: string;
    readonly contains: string;
    readonly status: number;
    readonly code: string;
  }[];
}

interface EmulatorStatus {
  /** Records that Firehose has taken and not delivered yet. */
  readonly buffered: number;
  /** Batches of messages that functions are working on. */
  readonly invocations: number;
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>;
  readonly deliveries: Readonly<
    Record<'commits' | 'records' | 'processing-failed' | 'iceberg-failed', number>
  >;
}

export interface ObservedCall {
  /** Name of the function as deployed, or of who else says who they are. */
  readonly caller: string;
  readonly service: string;
  readonly command: string;
  /** The IAM action that the call needs. */
  readonly action: string;
  /** ARN, with ids that differ from run to run replaced by `*`. */
  readonly resource: string;
}

/** The session token of somebody whose calls are to be recorded. */
export function personToken(name: string): string {
  return `person/${name}`;
}

interface EmulatorOptions {
  readonly region: string;
  /** Where it is installed. Default: `.peers/rehearsal`. */
  readonly home?: string;
  /** Makes a virtual environment with the packages of a requirements file. Default: with Python's `venv` and `pip`. */
  readonly install?: (home: string, requirements: string) => Promise<unknown>;
  /** Processes that one function may have. */
  readonly processes?: number;
  /** Told what takes time. */
  readonly say: (line: string) => void;
}

const folder = join(root, 'reference-deploy', 'rehearsal', 'emulator');

/** The emulator cannot be installed on this machine. */
export class EmulatorUnavailable extends Error {}

/**
 * Starts MiniStack on a free port of 127.0.0.1; it ends with `stop` or with this process. The first start installs it,
 * with DuckDB, into `.peers/rehearsal`: half a minute, 230 MB.
 *
 * @throws {EmulatorUnavailable} where it cannot be installed.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { region, home = peerHome('rehearsal'), install = installPython, processes = 3, say } = options;
  const requirements = join(folder, 'requirements.txt');
  const wanted = createHash('sha256').update(await readFile(requirements));
  await setUpOnce(home, wanted.digest('hex'), async () => {
    say('setting up MiniStack and DuckDB in .peers/rehearsal (once)');
    await install(home, requirements).catch((cause: Error) => {
      throw new EmulatorUnavailable(
        `MiniStack cannot be installed here: it needs Python 3.10 or newer with venv, and a package index. ${cause.message}`,
        { cause },
      );
    });
  });
  const scratch = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  const server = await startServer(join(home, 'bin', 'python'), [join(folder, 'run_ministack.py')], {
    HOME: scratch,
    TMPDIR: scratch,
    MINISTACK_REGION: region,
    REHEARSAL_PROCESSES: String(processes),
    PYTHONDONTWRITEBYTECODE: '1',
    // Functions run in the Node of the tool chain.
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  });
  return connectEmulator(server.endpoint, async () => {
    await server.stop();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  });
}

/** An emulator that listens already. */
export function connectEmulator(endpoint: string, stop: () => Promise<void>): Emulator {
  const ask = async (what: string, body: unknown = {}): Promise<unknown> => {
    const answer = await fetch(`${endpoint}/_rehearsal/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the emulator answered ${what} with ${answer.status}`);
    return await answer.json();
  };
  return {
    endpoint,
    setFaults: async (faults) => void (await ask('faults', faults)),
    status: async () => (await ask('status')) as EmulatorStatus,
    calls: async () => (await ask('calls')) as readonly ObservedCall[],
    stop,
  };
}

/** The stack's state machine documents, by file name. */
export async function readDocuments(): Promise<Readonly<Record<string, string>>> {
  const at = join(root, 'reference-deploy', 'state-machines');
  const files = (await readdir(at)).filter((file) => file.endsWith('.asl.json'));
  const texts = await Promise.all(files.map((file) => readFile(join(at, file), 'utf8')));
  return Object.fromEntries(files.map((file, index) => [file, texts[index]!]));
}
