export { addTableCommands } from './command/table-commands.js';
export type { CommandClients, CommandContext } from './command-context.js';
export { type TimeOrAge, timeOrAge } from './option-values.js';
export { jsonText } from './output/json-text.js';
export { Output, type TerminalStream } from './output/output.js';
export { type OutputFormat, printRows, type Row } from './output/print-rows.js';
export { textTable } from './output/text-table.js';
export { ADDRESS_HELP } from './program.js';
