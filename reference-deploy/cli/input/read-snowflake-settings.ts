import { contractFiles } from '../../contract/contract-files.js';
import { documentReader } from '../../semantic/document.js';
import { faultText, type SemanticFault } from '../../semantic/fault.js';
import type { SnowflakeSettings } from '../../snowflake/settings.js';
import schema from '../../snowflake/snowflake.schema.json' with { type: 'json' };
import { UsageError } from '../usage-error.js';

const readSettings = documentReader<SnowflakeSettings>(schema);

/**
 * Reads the settings of the Snowflake side from a file.
 *
 * @throws {UsageError} where it cannot be used, with everything that is wrong.
 */
export async function readSnowflakeSettings(place: string): Promise<SnowflakeSettings> {
  const [file, ...more] = await contractFiles(place);
  if (file === undefined || more.length > 0)
    throw new UsageError(`--snowflake ${place}: name the file of the settings`);
  const faults: SemanticFault[] = [];
  const settings = readSettings(file, faults)?.value;
  if (settings !== undefined && faults.length === 0) return settings;
  throw new UsageError(`--snowflake ${place}: ${faults.map(faultText).join('; ')}`);
}
