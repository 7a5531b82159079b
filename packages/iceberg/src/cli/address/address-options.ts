import type { LocationPrefix } from '../../table/table-io.js';

/** Options that say how to reach an address. */
export interface AddressOptions {
  readonly locationPrefix?: readonly LocationPrefix[];
  readonly allowLocation?: readonly string[];
  readonly warehouse?: string;
  readonly token?: string;
  readonly credential?: string;
  readonly oauth2Uri?: string;
  readonly scope?: string;
  readonly signing?: 'glue' | 's3tables';
  readonly header?: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly s3Endpoint?: string;
  readonly s3PathStyle?: boolean;
}

/** Options with what the documented variables say where an option is absent. */
export function withVariables(
  options: AddressOptions,
  env: Readonly<Record<string, string | undefined>>,
): AddressOptions {
  // One way to authenticate, given as an option, counts for more than another way in a variable.
  const authentication =
    (options.token ?? options.credential ?? options.signing)
      ? {}
      : { token: env['ICEBERG_TOKEN'], credential: env['ICEBERG_CREDENTIAL'] };
  const fromVariables = {
    ...authentication,
    warehouse: env['ICEBERG_WAREHOUSE'],
    oauth2Uri: env['ICEBERG_OAUTH2_URI'],
    scope: env['ICEBERG_SCOPE'],
    s3Endpoint: env['ICEBERG_S3_ENDPOINT'],
  };
  const given = Object.entries(fromVariables).filter(([, value]) => value !== undefined && value !== '');
  return {
    ...Object.fromEntries(given),
    ...(env['ICEBERG_S3_PATH_STYLE'] === 'true' ? { s3PathStyle: true } : {}),
    ...options,
  };
}
