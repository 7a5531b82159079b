import { type SnowflakeSettings, snowflakeNames } from './settings.js';
import { literal, named, script } from './statements.js';

/** The Curated tables: Snowflake follows their snapshots by itself. */
export function tablesScript(topics: readonly string[], settings: SnowflakeSettings): string {
  const { volume, integration, curated, semantic } = snowflakeNames(settings);
  return script(
    ['Run again whenever a topic is new: what is there stays. A table must have been written once.'],
    [
      `USE ROLE ${named(settings.roles.owner)}`,
      // In such a schema only its owner grants.
      `CREATE SCHEMA IF NOT EXISTS ${named(...curated)} WITH MANAGED ACCESS`,
      `CREATE SCHEMA IF NOT EXISTS ${named(...semantic)} WITH MANAGED ACCESS`,
      ...topics.map((topic) =>
        [
          `CREATE ICEBERG TABLE IF NOT EXISTS ${named(...curated, topic)}`,
          `  EXTERNAL_VOLUME = ${literal(volume.toUpperCase())}`,
          `  CATALOG = ${literal(integration.toUpperCase())}`,
          `  CATALOG_NAMESPACE = ${literal(settings.aws.glueDatabase)}`,
          `  CATALOG_TABLE_NAME = ${literal(topic)}`,
          '  AUTO_REFRESH = TRUE',
        ].join('\n'),
      ),
    ],
  );
}

/** What tells whether access works and tables are fresh. */
export function checksScript(topics: readonly string[], settings: SnowflakeSettings): string {
  const { volume, integration, curated } = snowflakeNames(settings);
  return script(
    ['Run after the other files, and whenever a table seems old. docs/snowflake.md says what to expect.'],
    [
      'USE ROLE ACCOUNTADMIN',
      `SELECT SYSTEM$VERIFY_EXTERNAL_VOLUME(${literal(volume.toUpperCase())})`,
      `SELECT SYSTEM$VERIFY_CATALOG_INTEGRATION(${literal(integration.toUpperCase())})`,
      `SELECT SYSTEM$LIST_ICEBERG_TABLES_FROM_CATALOG(${literal(integration.toUpperCase())}, ${literal(settings.aws.glueDatabase)})`,
      `USE ROLE ${named(settings.roles.owner)}`,
      `SHOW ICEBERG TABLES IN SCHEMA ${named(...curated)}`,
      ...topics.map((topic) => `SELECT SYSTEM$AUTO_REFRESH_STATUS(${literal(named(...curated, topic))})`),
    ],
  );
}
