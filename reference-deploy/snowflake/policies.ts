import { type SnowflakeSettings, snowflakeNames } from './settings.js';

/** What the role that Snowflake takes on may do: read the Curated tables' files and their entries in Glue. */
export function permissionsPolicy({ aws }: SnowflakeSettings): object {
  const partition = aws.role.split(':')[1]!;
  const [bucket = '', ...folders] = aws.location.slice('s3://'.length).split('/');
  const folder = folders.join('/');
  const glue = `arn:${partition}:glue:${aws.region}:${aws.account}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ReadFiles',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: [`arn:${partition}:s3:::${bucket}/${folder}*`],
      },
      {
        Sid: 'FindBucket',
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation'],
        Resource: [`arn:${partition}:s3:::${bucket}`],
      },
      {
        Sid: 'ListFiles',
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: [`arn:${partition}:s3:::${bucket}`],
        Condition: { StringLike: { 's3:prefix': [`${folder}*`] } },
      },
      {
        Sid: 'ReadCatalog',
        Effect: 'Allow',
        Action: [
          'glue:GetCatalog',
          'glue:GetDatabase',
          'glue:GetDatabases',
          'glue:GetTable',
          'glue:GetTables',
        ],
        Resource: [
          `${glue}:catalog`,
          `${glue}:database/${aws.glueDatabase}`,
          `${glue}:table/${aws.glueDatabase}/*`,
        ],
      },
      ...(aws.kmsKey === undefined
        ? []
        : [{ Sid: 'ReadEncrypted', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [aws.kmsKey] }]),
    ],
  };
}

/** Who may take on the role: only Snowflake's users, and only with the external id. Null until they are known. */
export function trustPolicy(settings: SnowflakeSettings): object | null {
  const { trust, aws } = settings;
  if (trust === undefined) return null;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: snowflakeNames(settings).integration.replaceAll(/[^A-Za-z0-9]/g, ''),
        Effect: 'Allow',
        Principal: { AWS: [...new Set([trust.volumeUser, trust.integrationUser])] },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': aws.externalId } },
      },
    ],
  };
}
