import { type Command, Option } from 'commander';
import { duration, snapshotId, timeOrAge, wholeNumber } from '../option-values.js';
import { branchOption, type CommandGroup, define, dryRunOption, formatOption, TABLE } from './define.js';

function refOptions(command: Command): Command {
  return command
    .option('--snapshot <id>', 'the snapshot it points to (default: the current one)', snapshotId)
    .option(
      '--max-ref-age <duration>',
      'age of its snapshot from which expiry takes it, such as 30d',
      duration,
    )
    .option('--replace', 'change one that is there')
    .option('--drop', 'forget it');
}

/** Commands that move and name snapshots. */
export function addRefCommands(group: CommandGroup): void {
  define(group, {
    name: 'rollback',
    args: [TABLE],
    description: 'Make an earlier snapshot the current one again.',
    options: (command) =>
      formatOption(
        dryRunOption(
          command
            .addOption(
              new Option('--snapshot <id>', 'an ancestor of the current snapshot')
                .argParser(snapshotId)
                .conflicts('asOf'),
            )
            .option('--as-of <time>', 'the newest snapshot committed by this time, or so long ago', timeOrAge)
            .option('--any', 'take any snapshot, ancestor or not'),
        ),
      ),
    examples: ['rollback /data/warehouse/raw/orders --snapshot 4358109269898234421'],
    writes: true,
    load: async () => (await import('../action/refs.js')).rollback,
  });
  define(group, {
    name: 'tag',
    args: [TABLE, ['<name>', 'name of the tag']],
    description: 'Name a snapshot, which then does not expire.',
    options: (command) => formatOption(refOptions(command)),
    examples: [
      'tag /data/warehouse/raw/orders year-end-2026',
      'tag /data/warehouse/raw/orders year-end-2026 --drop',
    ],
    writes: true,
    load: async () => (await import('../action/refs.js')).tag,
  });
  define(group, {
    name: 'branch',
    args: [TABLE, ['<name>', 'name of the branch']],
    description: 'Make a branch, to which commits can go.',
    options: (command) =>
      formatOption(
        refOptions(command)
          .option('--fast-forward <ref>', 'move it on to where another branch or tag is')
          .option('--min-snapshots <count>', 'snapshots that expiry leaves at least', wholeNumber(1))
          .option('--max-snapshot-age <duration>', 'age from which expiry takes its snapshots', duration),
      ),
    examples: [
      'branch /data/warehouse/raw/orders audit',
      'branch /data/warehouse/raw/orders main --fast-forward audit',
    ],
    writes: true,
    load: async () => (await import('../action/refs.js')).branch,
  });
  define(group, {
    name: 'cherry-pick',
    args: [TABLE, ['<snapshot>', 'id of a staged snapshot']],
    description: 'Make the changes of a staged snapshot.',
    options: (command) => formatOption(branchOption(command)),
    examples: ['cherry-pick /data/warehouse/raw/orders 4358109269898234421'],
    writes: true,
    load: async () => (await import('../action/refs.js')).cherryPick,
  });
  define(group, {
    name: 'publish',
    args: [TABLE, ['<wap-id>', 'id given when it was staged']],
    description: 'Make the changes of the snapshot that was staged under an id.',
    options: (command) => formatOption(branchOption(command)),
    examples: ['publish /data/warehouse/raw/orders nightly-2026-11-23'],
    writes: true,
    load: async () => (await import('../action/refs.js')).publish,
  });
}
