import { type OutputFormat, printRows } from '@lean-ops/iceberg/cli';
import { type FieldDrift, fieldDrift } from '../../contract/drift/field-drift.js';
import type { CommandContext } from '../command-context.js';
import { withDeployment } from './contract/open.js';
import { timeText } from './dlq/open.js';
import type { AddressOptions } from './dlq/options.js';
import { notRegistered } from './topics/not-registered.js';

export interface DriftCommandOptions extends AddressOptions {
  /** Names of their tables. */
  readonly topic?: readonly string[];
  readonly rows: number;
  readonly format?: OutputFormat;
}

const COLUMNS = ['topic', 'what', 'field', 'column', 'first seen', 'count', 'sample'];

export async function drift(options: DriftCommandOptions, context: CommandContext): Promise<void> {
  const { topic: topics, rows, format } = options;
  await withDeployment(options, context, async ({ catalog, names = {}, state }) => {
    for (const topic of topics ?? [])
      if ((await state.topics.get(topic)) === null) throw await notRegistered(topic, state.topics);
    const only = topics === undefined ? {} : { topics };
    const found = await fieldDrift({ catalog, names, state, rows, ...only });
    const asTable = (format ?? (context.stdout.isTerminal ? 'table' : 'ndjson')) === 'table';
    if (asTable && found.length === 0) {
      await context.stdout.line('Every field is mapped, and none has changed.');
      return;
    }
    await printRows(context.stdout, asTable ? found.map(tableRow) : found.map(plainRow), COLUMNS, format);
    if (asTable) await context.stdout.line(proposals(found));
  });
}

function tableRow({ topic, what, field, column, firstSeen, count, sample }: FieldDrift) {
  const seen = firstSeen === null ? null : timeText(firstSeen);
  return { topic, what, field, column, 'first seen': seen, count, sample };
}

function plainRow({ firstSeen, lastSeen, ...rest }: FieldDrift) {
  const time = (at: number | null): string | null => (at === null ? null : timeText(at));
  return { ...rest, firstSeen: time(firstSeen), lastSeen: time(lastSeen) };
}

/** Lines that may be taken over, topic by topic. */
function proposals(found: readonly FieldDrift[]): string {
  const topics = [...new Set(found.filter(({ proposal }) => proposal !== null).map(({ topic }) => topic))];
  return topics
    .map((topic) => {
      const lines = found.flatMap((field) =>
        field.topic === topic && field.proposal !== null ? [field.proposal] : [],
      );
      return `\nLines for the contract of ${topic}:\n\ncolumns:\n${lines.map((line) => `  ${line}`).join('\n')}`;
    })
    .join('\n');
}
