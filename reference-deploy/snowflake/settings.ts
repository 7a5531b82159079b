/** How Snowflake reads a deployment; its JSON Schema is `snowflake.schema.json`. */
export interface SnowflakeSettings {
  readonly database: string;
  readonly schemas?: { readonly curated?: string; readonly semantic?: string };
  readonly volume?: string;
  readonly integration?: string;
  readonly refreshSeconds?: number;
  readonly aws: {
    readonly account: string;
    readonly region: string;
    readonly role: string;
    /** `s3://bucket/folder/`. */
    readonly location: string;
    readonly glueDatabase: string;
    readonly externalId: string;
    readonly kmsKey?: string;
  };
  readonly roles: { readonly owner: string; readonly reader: string; readonly sensitiveReader: string };
  /** Absent until volume and integration are there. */
  readonly trust?: { readonly volumeUser: string; readonly integrationUser: string };
}

/** Names as Snowflake has them. */
export interface SnowflakeNames {
  readonly volume: string;
  readonly integration: string;
  /** Database and schema. */
  readonly curated: readonly string[];
  readonly semantic: readonly string[];
}

export function snowflakeNames({
  database,
  schemas,
  volume,
  integration,
}: SnowflakeSettings): SnowflakeNames {
  return {
    volume: volume ?? `${database}_volume`,
    integration: integration ?? `${database}_glue`,
    curated: [database, schemas?.curated ?? 'curated'],
    semantic: [database, schemas?.semantic ?? 'semantic'],
  };
}
