import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addAlterCommands } from './alter-commands.js';
import { addDescribeCommands } from './describe-commands.js';
import { addMaintainCommands } from './maintain-commands.js';
import { addReadCommands } from './read-commands.js';
import { addRefCommands } from './ref-commands.js';
import { addWriteCommands } from './write-commands.js';

/**
 * Adds the commands for Iceberg tables to a program, or to a command of it.
 *
 * @param prefix what the user types before a command's name, for examples: `iceberg`, `lean-ops table`.
 */
export function addTableCommands(parent: Command, context: CommandContext, prefix: string): void {
  const group = { parent, context, prefix };
  addReadCommands(group);
  addDescribeCommands(group);
  addWriteCommands(group);
  addAlterCommands(group);
  addMaintainCommands(group);
  addRefCommands(group);
}
