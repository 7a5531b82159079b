/** The part of an `S3Client`'s configuration that a catalog can hand out. */
export interface S3ClientSettings {
  region?: string;
  endpoint?: string;
  forcePathStyle?: boolean;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/**
 * Settings of an `S3Client` from the configuration that a REST catalog gives with a table (`s3.access-key-id`,
 * `s3.secret-access-key`, `s3.session-token`, `s3.endpoint`, `s3.region` or `client.region`,
 * `s3.path-style-access`). What the catalog does not say is left out.
 *
 * @example
 * storage: ({ config }) => new S3Storage({ client: new S3Client(s3ClientSettings(config)) })
 */
export function s3ClientSettings(config: Readonly<Record<string, string>>): S3ClientSettings {
  const region = config['s3.region'] ?? config['client.region'];
  const endpoint = config['s3.endpoint'];
  const accessKeyId = config['s3.access-key-id'];
  const secretAccessKey = config['s3.secret-access-key'];
  const sessionToken = config['s3.session-token'];
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(config['s3.path-style-access'] === 'true' ? { forcePathStyle: true } : {}),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
  };
}
