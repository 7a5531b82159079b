import type { TopicContract } from '@lean-ops/core';
import { curatedColumns } from '@lean-ops/curate';
import { type SnowflakeSettings, snowflakeNames } from './settings.js';
import { named, script } from './statements.js';

/**
 * Who may read a topic's table in Snowflake, as statements without semicolons: everybody with the reader's role where its
 * contract masks nothing, else only those who may see masked values.
 */
export function snowflakeGrants(contract: TopicContract, settings: SnowflakeSettings): string[] {
  const { reader, sensitiveReader } = settings.roles;
  const table = named(...snowflakeNames(settings).curated, contract.topic);
  const masked = curatedColumns(contract).some(({ sensitive }) => sensitive !== null);
  if (!masked) return [`GRANT SELECT ON TABLE ${table} TO ROLE ${named(reader)}`];
  return [
    // An earlier version may have masked nothing.
    `REVOKE SELECT ON TABLE ${table} FROM ROLE ${named(reader)}`,
    `GRANT SELECT ON TABLE ${table} TO ROLE ${named(sensitiveReader)}`,
  ];
}

export function grantsScript(
  contracts: readonly TopicContract[],
  views: readonly string[],
  settings: SnowflakeSettings,
): string {
  const { curated, semantic } = snowflakeNames(settings);
  const reader = named(settings.roles.reader);
  return script(
    ['Run after every change of contracts or views.'],
    [
      `USE ROLE ${named(settings.roles.owner)}`,
      `GRANT USAGE ON DATABASE ${named(settings.database)} TO ROLE ${reader}`,
      `GRANT USAGE ON SCHEMA ${named(...curated)} TO ROLE ${reader}`,
      `GRANT USAGE ON SCHEMA ${named(...semantic)} TO ROLE ${reader}`,
      ...contracts.flatMap((contract) => snowflakeGrants(contract, settings)),
      ...views.map((view) => `GRANT SELECT ON VIEW ${named(...semantic, view)} TO ROLE ${reader}`),
    ],
  );
}
