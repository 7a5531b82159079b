import {
  type CommandGroup,
  define,
  filterOption,
  formatOption,
  limitOption,
  TABLE,
  versionOptions,
} from './define.js';

/** Commands that tell of a table: its schema, snapshots, files. */
export function addDescribeCommands(group: CommandGroup): void {
  define(group, {
    name: 'describe',
    args: [TABLE],
    description: 'Print what the table is: id, place, format version, partitioning, sort order, properties.',
    options: formatOption,
    examples: ['describe wh/curated/meter_readings'],
    load: async () => (await import('../action/describe.js')).describe,
  });
  define(group, {
    name: 'schema',
    args: [TABLE],
    description: 'Print the columns: field id, name, type, whether it must be there.',
    options: (command) => formatOption(versionOptions(command)),
    examples: ['schema wh/curated/meter_readings --format table'],
    load: async () => (await import('../action/describe.js')).schema,
  });
  define(group, {
    name: 'snapshots',
    args: [TABLE],
    description: 'Print the snapshots, oldest first, with what each of them did.',
    options: (command) => formatOption(limitOption(command, 'the newest ones, at most')),
    examples: ['snapshots wh/curated/meter_readings --limit 3'],
    load: async () => (await import('../action/describe.js')).snapshots,
  });
  define(group, {
    name: 'files',
    args: [TABLE],
    description: 'Print the data files that a scan would read.',
    options: (command) => {
      versionOptions(filterOption(command, 'only files that may hold such rows'));
      return formatOption(limitOption(command, 'files at most'));
    },
    examples: ['files wh/raw/meter_readings_staging --filter "sqs_message_id = \'a1\'"'],
    load: async () => (await import('../action/describe.js')).files,
  });
  metadataCommand(group, 'history', 'Print which snapshot was current when.', false);
  metadataCommand(group, 'refs', 'Print the branches and tags.', false);
  metadataCommand(group, 'manifests', 'Print the manifests of a snapshot.', true);
  metadataCommand(group, 'partitions', 'Print the partitions with their rows and files.', true);
  define(group, {
    name: 'metadata',
    args: [
      TABLE,
      [
        '<name>',
        'snapshots, history, refs, metadata_log_entries, files, data_files, delete_files, entries, manifests or partitions',
      ],
    ],
    description: "Print any of the table's metadata tables, with the columns Iceberg gives them.",
    options: (command) => formatOption(limitOption(versionOptions(command), 'rows at most')),
    examples: ['metadata wh/curated/meter_readings entries --limit 5'],
    load: async () => (await import('../action/describe.js')).metadata,
  });
  define(group, {
    name: 'tables',
    args: [['<catalog>', 'address of a catalog, with #namespace for the tables of one namespace']],
    description: 'Print the tables of a catalog.',
    options: formatOption,
    examples: [
      'tables folder:/data/warehouse',
      'tables rest+https://catalog.example.com#raw',
      'tables glue://lake',
    ],
    load: async () => (await import('../action/describe.js')).tables,
  });
}

function metadataCommand(group: CommandGroup, name: string, description: string, ofSnapshot: boolean): void {
  define(group, {
    name,
    args: [TABLE],
    description,
    options: (command) => {
      if (ofSnapshot) versionOptions(command);
      return formatOption(limitOption(command, 'rows at most'));
    },
    examples: [`${name} wh/curated/meter_readings`],
    load: async () => (await import('../action/describe.js')).metadataNamed(name),
  });
}
