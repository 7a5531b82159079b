import { InvalidArgumentError, Option } from 'commander';
import { nameList, snapshotIds, termList, timeOrAge, wholeNumber } from '../option-values.js';
import {
  branchOption,
  type CommandGroup,
  define,
  dryRunOption,
  filterOption,
  formatOption,
  TABLE,
} from './define.js';

/** Commands that keep a table small and fast. */
export function addMaintainCommands(group: CommandGroup): void {
  define(group, {
    name: 'compact',
    args: [TABLE],
    description: 'Write small files, and files of which many rows are deleted, anew.',
    options: (command) => {
      filterOption(command, 'only files that may hold such rows')
        .addOption(
          new Option(
            '--strategy <name>',
            'bin-pack keeps the order of rows (default), sort sorts them',
          ).choices(['bin-pack', 'sort']),
        )
        .option('--sort-by <terms>', "for sort (default: the table's sort order)", termList)
        .option('--target-file-bytes <count>', 'size of the files to write', wholeNumber(1))
        .option(
          '--min-input-files <count>',
          'small files that make it worth the work (default: 5)',
          wholeNumber(1),
        )
        .option(
          '--delete-ratio <share>',
          'share of deleted rows from which a file is written anew (default: 0.3)',
          share,
        )
        .option('--all', 'write every file anew')
        .option('--partial-progress', 'commit in several steps; a group that fails does not undo the others');
      return formatOption(dryRunOption(branchOption(command)));
    },
    examples: ['compact /data/warehouse/raw/orders --filter "placed_at >= \'2026-11-01T00:00:00Z\'"'],
    writes: true,
    load: async () => (await import('../action/maintain.js')).compact,
  });
  define(group, {
    name: 'rewrite-manifests',
    args: [TABLE],
    description: 'Bring the entries of manifests together, so that scans read fewer of them.',
    options: (command) =>
      formatOption(
        branchOption(
          command
            .option('--spec <id>', 'only manifests of this partition spec', wholeNumber(0))
            .option('--cluster-by <names>', 'partition fields to bring entries together by', nameList),
        ),
      ),
    examples: ['rewrite-manifests /data/warehouse/raw/orders'],
    writes: true,
    load: async () => (await import('../action/maintain.js')).rewriteManifests,
  });
  define(group, {
    name: 'expire',
    args: [TABLE],
    description: 'Forget old snapshots, and delete the files that only they need. Prints what went.',
    options: (command) =>
      formatOption(
        dryRunOption(
          command
            .option(
              '--older-than <time>',
              "snapshots from before this time, or this old, such as 7d (default: the table's)",
              timeOrAge,
            )
            .option('--retain-last <count>', 'newest snapshots of every branch to keep', wholeNumber(1))
            .option('--snapshot <id>', 'this snapshot, again and again', snapshotIds)
            .option('--keep-files', 'delete no file')
            .option('--clean-metadata', 'also forget schemas and partition specs that nothing refers to'),
        ),
      ),
    examples: ['expire /data/warehouse/raw/orders --older-than 7d --retain-last 10 --dry-run'],
    writes: true,
    load: async () => (await import('../action/maintain.js')).expire,
  });
  define(group, {
    name: 'orphans',
    args: [TABLE],
    description: "Delete files in the table's folder that nothing refers to. Prints them.",
    options: (command) =>
      formatOption(
        dryRunOption(
          command
            .option(
              '--older-than <time>',
              'files last changed before this time, or this old (default: 3d)',
              timeOrAge,
            )
            .option('--location <folder>', 'only look in this folder of the table')
            .option('--force', 'allow files of the last hour, which may belong to commits under way'),
        ),
      ),
    examples: ['orphans /data/warehouse/raw/orders --dry-run'],
    writes: true,
    load: async () => (await import('../action/maintain.js')).orphans,
  });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1))
    throw new InvalidArgumentError('Give a share above 0 and up to 1, such as 0.3.');
  return value;
}
