import { z } from 'zod';
import alarms from './alarms.json' with { type: 'json' };
import buckets from './buckets.json' with { type: 'json' };
import databases from './databases.json' with { type: 'json' };
import environment from './environment.json' with { type: 'json' };
import functions from './functions.json' with { type: 'json' };
import { inconsistencies } from './inconsistencies.js';
import mappings from './mappings.json' with { type: 'json' };
import metrics from './metrics.json' with { type: 'json' };
import platform from './platform.json' with { type: 'json' };
import queues from './queues.json' with { type: 'json' };
import schedules from './schedules.json' with { type: 'json' };
import { settingsSchema } from './schema.js';
import type { Settings } from './setting.js';
import { SettingsError } from './settings-error.js';
import stateMachines from './state-machines.json' with { type: 'json' };
import streams from './streams.json' with { type: 'json' };
import tables from './tables.json' with { type: 'json' };

/**
 * Checks settings against their shape, the limits of AWS and each other.
 *
 * @throws {SettingsError} `SETTINGS_INVALID` for a value of the wrong kind or beyond a limit, `SETTINGS_INCONSISTENT`
 * for values that do not fit together; the message lists all of them.
 */
export function parseSettings(value: unknown): Settings {
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) {
    throw new SettingsError(`the settings cannot be read:\n${z.prettifyError(parsed.error)}`, {
      code: 'SETTINGS_INVALID',
      cause: parsed.error,
    });
  }
  const faults = inconsistencies(parsed.data);
  if (faults.length > 0) {
    throw new SettingsError(`the settings do not fit together:\n${faults.join('\n')}`, {
      code: 'SETTINGS_INCONSISTENT',
      context: { faults },
    });
  }
  return parsed.data;
}

/** The settings of `*.json` beside this file, which Terraform reads as well. */
export function loadSettings(): Settings {
  return parseSettings({
    platform,
    environment,
    functions,
    queues,
    mappings,
    tables,
    streams,
    buckets,
    databases,
    stateMachines,
    schedules,
    metrics,
    alarms,
  });
}
