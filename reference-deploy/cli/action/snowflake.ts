import { contractFiles } from '../../contract/contract-files.js';
import { documentReader, type PlacedDocument } from '../../semantic/document.js';
import { faultText, type SemanticFault } from '../../semantic/fault.js';
import { type SnowflakeSettings, snowflakeNames } from '../../snowflake/settings.js';
import schema from '../../snowflake/snowflake.schema.json' with { type: 'json' };
import { snowflakeFiles } from '../../snowflake/snowflake-files.js';
import { MADE_BY } from '../../snowflake/statements.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { compareMadeFiles, stateText, writeMadeFiles } from '../folder/made-files.js';
import { readViews } from '../input/read-views.js';
import { UsageError } from '../usage-error.js';

export interface SnowflakeCommandOptions {
  readonly settings: string;
  readonly contracts: string;
  readonly spec?: string;
  readonly out: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** What a schema cannot say: names that would meet in Snowflake, where small letters and capitals are one. */
function settingsFaults({ value, placeOf }: PlacedDocument<SnowflakeSettings>): SemanticFault[] {
  const { curated, semantic } = snowflakeNames(value);
  const faults: SemanticFault[] = [];
  if (curated.join('.').toUpperCase() === semantic.join('.').toUpperCase())
    faults.push({
      place: placeOf(['schemas']),
      message: 'schemas: tables and views need a schema each, for a view may be called as a table is',
    });
  const roles = Object.entries(value.roles);
  for (const [index, [name, role]] of roles.entries()) {
    const same = roles.slice(0, index).find(([, other]) => other.toUpperCase() === role.toUpperCase());
    if (same !== undefined)
      faults.push({
        place: placeOf(['roles', name]),
        message: `roles.${name} is the same as roles.${same[0]}: whoever has one would have the other's rights`,
      });
  }
  return faults;
}

const readSettings = documentReader<SnowflakeSettings>(schema);

export async function snowflake(options: SnowflakeCommandOptions, context: CommandContext): Promise<void> {
  const { out, check = false, json = false } = options;
  const [file, ...more] = await contractFiles(options.settings);
  if (file === undefined || more.length > 0)
    throw new UsageError(`--settings ${options.settings}: name the file of the settings`);
  const { contracts, views, faults: others } = await readViews(options.spec, options.contracts);
  const faults: SemanticFault[] = [...others];
  const document = readSettings(file, faults);
  if (document !== null) faults.push(...settingsFaults(document));
  const settings = document?.value;
  const files = settings === undefined || faults.length > 0 ? [] : snowflakeFiles(settings, contracts, views);
  const states = await compareMadeFiles(out, files, `-- ${MADE_BY}`);
  if (!check) await writeMadeFiles(out, files, states);
  if (faults.length > 0) context.verdict = EXIT.usage;
  else if (check && states.some(({ state }) => state !== 'same')) context.verdict = EXIT.no;
  if (json) {
    await context.stdout.line(JSON.stringify({ formatVersion: 1, faults, files: states }, null, 2));
    return;
  }
  for (const fault of faults) await context.stderr.line(faultText(fault));
  if (faults.length > 0) return;
  await context.stdout.line(stateText(states, out, check));
  if (settings?.trust === undefined)
    await context.stdout.line('trust.json follows once "trust" of the settings says who Snowflake is');
}
