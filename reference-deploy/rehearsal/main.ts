import { Output } from '@lean-ops/iceberg/cli';
import { type Emulator, EmulatorUnavailable } from './emulator/emulator.js';
import { parseOptions } from './options.js';
import { rehearse } from './rehearse.js';
import { isGood, printReport } from './report.js';

const options = parseOptions(process.argv.slice(2));
const stdout = new Output(process.stdout);
const stderr = new Output(process.stderr);
const interruption = new AbortController();
const say = (line: string): Promise<void> => stderr.line(`rehearsal: ${line}`);
let emulator: Emulator | null = null;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void say('stopping');
    interruption.abort(new Error('interrupted'));
  });
}

try {
  const result = await rehearse(options, {
    signal: interruption.signal,
    say: (line) => void say(line),
    onEmulator: (started) => {
      emulator = started;
    },
  });
  await printReport(result, stdout);
  process.exitCode = isGood(result) ? 0 : 1;
  if (options.keep && emulator !== null) await keepUntilInterrupted(emulator);
} catch (error) {
  if (interruption.signal.aborted) process.exitCode = 130;
  else if (error instanceof EmulatorUnavailable) {
    await say(`nothing was rehearsed. ${error.message}`);
    process.exitCode = 3;
  } else {
    await stderr.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
} finally {
  await (emulator as Emulator | null)?.stop();
}
// Requests that were under way keep their sockets open for a while.
process.exit();

async function keepUntilInterrupted({ endpoint }: Emulator): Promise<void> {
  void say(`the emulator stays at ${endpoint} (region eu-west-1, access key 000000000000) until Ctrl-C`);
  await new Promise((resolve) => interruption.signal.addEventListener('abort', resolve, { once: true }));
}
