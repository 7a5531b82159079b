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
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      await stdout.line(`${name.padEnd(width)}  ${visible(text)}`);
    }
    if (reading.state === 'kept') await stdout.line(`\n${visible(reading.message.body)}`);
  });
}

/** What a producer sent must not command the terminal it is shown on. */
function visible(text: string): string {
  return text.replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
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
