import { nameList, snapshotId } from '../option-values.js';
import {
  type CommandGroup,
  columnsOption,
  define,
  filterOption,
  formatOption,
  limitOption,
  TABLE,
  versionOptions,
} from './define.js';

const NDJSON =
  'In ndjson and json, 64-bit integers keep every digit as numbers, decimals are texts, times are ISO 8601 with\n' +
  'microseconds, binary values are base64, and NaN and infinities are texts.';

/** Commands that read rows. */
export function addReadCommands(group: CommandGroup): void {
  define(group, {
    name: 'scan',
    args: [TABLE],
    description: 'Print rows.',
    details: NDJSON,
    options: (command) => {
      filterOption(columnsOption(command), 'rows to print');
      limitOption(versionOptions(command), 'rows at most');
      return formatOption(command).option('--count', 'only print how many rows there are');
    },
    examples: [
      'scan wh/curated/meter_readings --columns event_id,total_kwh --filter "total_kwh >= 100.5"',
      'scan wh/standardized/meter_readings --snapshot 4358109269898234421 --format table',
      'scan /mnt/copy/orders --location-prefix s3://lake/orders=/mnt/copy/orders --count',
    ],
    load: async () => (await import('../action/read-rows.js')).scan,
  });
  define(group, {
    name: 'count',
    args: [TABLE],
    description: 'Print how many rows there are.',
    options: (command) => versionOptions(filterOption(command, 'rows to count')),
    examples: ['count wh/curated/meter_readings --filter "total_kwh >= 100.5"'],
    load: async () => (await import('../action/read-rows.js')).count,
  });
  define(group, {
    name: 'changes',
    args: [TABLE],
    description: 'Print how rows changed from one snapshot to another.',
    details:
      'Every row has _change_type (insert, delete; with --key also update_before and update_after), _change_ordinal\n' +
      'and _commit_snapshot_id. Snapshots that only rewrote files are passed over.',
    options: (command) => {
      command
        .option('--from <id>', 'after this snapshot (default: from the beginning)', snapshotId)
        .option('--to <id>', 'up to this snapshot (default: the current one)', snapshotId)
        .option('--ref <name>', 'up to that of a branch or tag')
        .option('--key <names>', 'columns that name a row, between commas', nameList);
      filterOption(columnsOption(command), 'changes to print');
      limitOption(command, 'changes at most');
      return formatOption(command).option('--count', 'only print how many changes there are');
    },
    examples: ['changes wh/curated/meter_readings --from 4358109269898234421 --key event_id'],
    load: async () => (await import('../action/read-rows.js')).changes,
  });
}
