import { type SnowflakeSettings, snowflakeNames } from './settings.js';
import { literal, named, script } from './statements.js';

/** Roles, database, external volume and catalog integration: what an account administrator makes once. */
export function accessScript(settings: SnowflakeSettings): string {
  const { database, roles, aws, refreshSeconds = 300 } = settings;
  const { volume, integration } = snowflakeNames(settings);
  const owner = named(roles.owner);
  return script(
    [
      'Run as ACCOUNTADMIN, once. The last two statements say who Snowflake is to AWS: put STORAGE_AWS_IAM_USER_ARN and',
      'API_AWS_IAM_USER_ARN into "trust" of the settings, run lean-ops snowflake again, and give the role trust.json.',
    ],
    [
      'USE ROLE ACCOUNTADMIN',
      ...[roles.owner, roles.reader, roles.sensitiveReader].map(
        (role) => `CREATE ROLE IF NOT EXISTS ${named(role)}`,
      ),
      `GRANT ROLE ${named(roles.reader)} TO ROLE ${named(roles.sensitiveReader)}`,
      `GRANT ROLE ${owner} TO ROLE SYSADMIN`,
      `CREATE DATABASE IF NOT EXISTS ${named(database)}`,
      `GRANT USAGE, CREATE SCHEMA ON DATABASE ${named(database)} TO ROLE ${owner}`,
      [
        `CREATE EXTERNAL VOLUME IF NOT EXISTS ${named(volume)}`,
        '  STORAGE_LOCATIONS = ((',
        "    NAME = 'curated'",
        `    STORAGE_PROVIDER = ${literal(aws.role.startsWith('arn:aws-us-gov:') ? 'S3GOV' : 'S3')}`,
        `    STORAGE_BASE_URL = ${literal(aws.location)}`,
        `    STORAGE_AWS_ROLE_ARN = ${literal(aws.role)}`,
        `    STORAGE_AWS_EXTERNAL_ID = ${literal(aws.externalId)}`,
        '  ))',
        '  ALLOW_WRITES = FALSE',
      ].join('\n'),
      [
        `CREATE CATALOG INTEGRATION IF NOT EXISTS ${named(integration)}`,
        '  CATALOG_SOURCE = ICEBERG_REST',
        '  TABLE_FORMAT = ICEBERG',
        `  CATALOG_NAMESPACE = ${literal(aws.glueDatabase)}`,
        '  REST_CONFIG = (',
        `    CATALOG_URI = ${literal(`https://glue.${aws.region}.amazonaws.com${aws.region.startsWith('cn-') ? '.cn' : ''}/iceberg`)}`,
        '    CATALOG_API_TYPE = AWS_GLUE',
        `    CATALOG_NAME = ${literal(aws.account)}`,
        '  )',
        '  REST_AUTHENTICATION = (',
        '    TYPE = SIGV4',
        `    SIGV4_IAM_ROLE = ${literal(aws.role)}`,
        `    SIGV4_SIGNING_REGION = ${literal(aws.region)}`,
        `    SIGV4_EXTERNAL_ID = ${literal(aws.externalId)}`,
        '  )',
        '  ENABLED = TRUE',
        `  REFRESH_INTERVAL_SECONDS = ${refreshSeconds}`,
      ].join('\n'),
      `GRANT USAGE ON EXTERNAL VOLUME ${named(volume)} TO ROLE ${owner}`,
      `GRANT USAGE ON INTEGRATION ${named(integration)} TO ROLE ${owner}`,
      `DESC EXTERNAL VOLUME ${named(volume)}`,
      `DESC CATALOG INTEGRATION ${named(integration)}`,
    ],
  );
}
