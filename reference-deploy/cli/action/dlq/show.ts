import type { ArchivedMessage } from '@lean-ops/ingest';
import { readArchive } from '../../../dead-letters/read-archive.js';
import { findDeadLetter } from '../../../dead-letters/select.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { CommandError } from '../../usage-error.js';
import { timeText, withDeadLetters } from './open.js';
import type { ShowCommandOptions } from './options.js';

export async function show(id: string, options: ShowCommandOptions, context: CommandContext): Promise<void> {
  await withDeadLetters(options, context, async ({ ports }) => {
    const record = await findDeadLetter(ports.tracker, id);
    const reading = await readArchive(ports.archive, record);
    const { stdout } = context;
    if (options.body === true) {
      if (reading.state !== 'kept')
        throw new CommandError(`${record.id} is ${reading.state}: ${reading.detail}`);
      await stdout.write(reading.message.body);
      return;
    }
    if (reading.state !== 'kept') context.verdict = EXIT.no;
    const message = reading.state === 'kept' ? messageFields(reading.message) : null;
    const { firstSeenAt, lastChange, ...tracked } = record;
    const facts = {
      ...tracked,
      firstSeen: timeText(firstSeenAt),
      lastChange: lastChange === null ? null : { ...lastChange, at: timeText(lastChange.at) },
      archive: reading.state === 'kept' ? reading.state : `${reading.state}: ${reading.detail}`,
      ...message,
    };
    if (options.format === 'json') {
      await stdout.json({ ...facts, body: reading.state === 'kept' ? reading.message.body : null });
      return;
    }
    const width = Math.max(...Object.keys(facts).map((name) => name.length));
    for (const [name, value] of Object.entries(facts)) {
      if (value === null) continue;
      await stdout.line(
        `${name.padEnd(width)}  ${typeof value === 'object' ? JSON.stringify(value) : value}`,
      );
    }
    if (reading.state === 'kept') await stdout.line(`\n${reading.message.body}`);
  });
}

function messageFields(message: ArchivedMessage): Record<string, unknown> {
  const { queueArn, sentTimestampMs, firstIngestionMicros, attributes, body, archivedAtMs } = message;
  return {
    queueArn,
    sent: timeText(sentTimestampMs),
    firstIngestion: timeText(Number(firstIngestionMicros / 1_000n)),
    archivedAt: timeText(archivedAtMs),
    attributes,
    bodyBytes: Buffer.byteLength(body),
  };
}
