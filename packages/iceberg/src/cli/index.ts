export { addTableCommands } from './command/table-commands.js';
export type { CommandClients, CommandContext } from './command-context.js';
export { jsonText } from './output/json-text.js';
export { Output, type TerminalStream } from './output/output.js';
export { textTable } from './output/text-table.js';
export { ADDRESS_HELP } from './program.js';
