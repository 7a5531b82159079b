import type { TopicContract } from '@lean-ops/core';
import type { CheckedView } from '../semantic/checked-view.js';
import { accessScript } from './access.js';
import { grantsScript } from './grants.js';
import { permissionsPolicy, trustPolicy } from './policies.js';
import type { SnowflakeSettings } from './settings.js';
import { checksScript, tablesScript } from './tables.js';
import { viewsScript } from './views.js';

/**
 * Everything that lets Snowflake read a deployment, in files numbered as they run; the same input gives the same bytes.
 * `trust.json` is there once the settings say who Snowflake is.
 */
export function snowflakeFiles(
  settings: SnowflakeSettings,
  contracts: readonly TopicContract[],
  views: readonly CheckedView[],
): { readonly name: string; readonly text: string }[] {
  const sorted = [...contracts].sort((a, b) => (a.topic < b.topic ? -1 : 1));
  const topics = sorted.map(({ topic }) => topic);
  const names = views.map(({ name }) => name);
  const trust = trustPolicy(settings);
  return [
    { name: '1-access.sql', text: accessScript(settings) },
    { name: '2-tables.sql', text: tablesScript(topics, settings) },
    ...(views.length === 0 ? [] : [{ name: '3-views.sql', text: viewsScript(views, settings) }]),
    { name: '4-grants.sql', text: grantsScript(sorted, names, settings) },
    { name: '5-checks.sql', text: checksScript(topics, settings) },
    { name: 'permissions.json', text: json(permissionsPolicy(settings)) },
    ...(trust === null ? [] : [{ name: 'trust.json', text: json(trust) }]),
  ];
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
