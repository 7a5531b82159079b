import { Option } from 'commander';
import { keyValue, nameList, textList } from '../option-values.js';
import { type CommandGroup, define, formatOption, TABLE } from './define.js';

/** Commands that change what a table is. */
export function addAlterCommands(group: CommandGroup): void {
  define(group, {
    name: 'alter',
    args: [TABLE],
    description:
      'Change the columns, in one commit; no file is rewritten. Prints the columns there are then.',
    details:
      'Columns are named by path (place.lat, tags.element.x). What is dropped goes first, then names change, then types,\n' +
      'then what is added comes, last among its neighbours.',
    options: (command) =>
      formatOption(
        command
          .option('--add <definition>', 'name and type: "note string", "place.zip string"', textList)
          .option('--drop <names>', 'columns to drop, between commas', nameList)
          .option('--rename <path=name>', 'the new name of a column, without its path', keyValue)
          .option('--widen <definition>', 'name and wider type: "count long"', textList)
          .addOption(
            new Option('--format-version <version>', 'upgrade the table first; there is no way back').choices(
              ['3'],
            ),
          ),
      ),
    examples: ['alter /data/warehouse/raw/orders --rename status=state --add "note string"'],
    writes: true,
    load: async () => (await import('../action/alter.js')).alter,
  });
  define(group, {
    name: 'properties',
    args: [TABLE],
    description: 'Print the table properties, after setting and removing some.',
    options: (command) =>
      formatOption(
        command
          .option('--set <name=value>', 'set a property', keyValue)
          .option('--unset <names>', 'remove properties, between commas', nameList),
      ),
    examples: [
      'properties /data/warehouse/raw/orders --set write.target-file-size-bytes=268435456 --unset owner',
    ],
    writes: true,
    load: async () => (await import('../action/alter.js')).properties,
  });
}
