import type { GlueClient } from '@aws-sdk/client-glue';
import type { S3Client } from '@aws-sdk/client-s3';
import type { LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { GlueCatalog } from '@lean-ops/iceberg/glue';
import { RestCatalog, sigV4 } from '@lean-ops/iceberg/rest';
import { S3Storage } from '@lean-ops/iceberg/s3';
import { type DeploymentNames, databaseName } from '../settings/names.js';
import { glueClient } from './clients.js';
import { type Environment, readEnvironment } from './environment.js';
import { s3Client } from './s3-client.js';

/** The databases of a deployment's layers. */
export function layerNames(names: DeploymentNames): LayerNames {
  return {
    raw: databaseName(names, 'raw'),
    standardized: databaseName(names, 'standardized'),
    curated: databaseName(names, 'curated'),
    ops: databaseName(names, 'ops'),
  };
}

/** The catalog that the environment names, with its tables in S3. */
export function openCatalog(): Catalog {
  const environment = readEnvironment(['catalog', 'warehouse', 'region']);
  return catalogOf({ ...environment, s3: s3Client(), glue: glueClient() });
}

/** What a catalog is reached with. */
interface CatalogParts extends Pick<Environment, 'catalog' | 'warehouse' | 'region'> {
  readonly s3: S3Client;
  readonly glue: GlueClient;
}

/** A catalog with its tables in S3. */
export function catalogOf({ catalog, warehouse, region, s3, glue }: CatalogParts): Catalog {
  const storage = new S3Storage({ client: s3 });
  if (catalog.kind === 'glue') return new GlueCatalog({ client: glue, storage, warehouse });
  const { uri, catalogWarehouse, service } = restEndpoint(catalog.uri);
  return new RestCatalog({
    uri,
    storage,
    ...(catalogWarehouse === null ? {} : { warehouse: catalogWarehouse }),
    ...(service === null
      ? {}
      : { auth: sigV4({ service, region, credentials: () => s3.config.credentials() }) }),
  });
}

interface RestEndpoint {
  readonly uri: string;
  /** What the catalog calls a warehouse: an account, or the ARN of a table bucket. */
  readonly catalogWarehouse: string | null;
  /** Whose signature it wants; null for a catalog that is not of AWS. */
  readonly service: 'glue' | 's3tables' | null;
}

/** The parts of `https://glue.eu-west-1.amazonaws.com/iceberg?warehouse=123456789012`. */
export function restEndpoint(uri: string): RestEndpoint {
  const url = new URL(uri);
  const catalogWarehouse = url.searchParams.get('warehouse');
  url.search = '';
  const service = /^(glue|s3tables)\.[a-z0-9-]+\.(?:amazonaws\.com|api\.aws)/.exec(url.hostname)?.[1];
  return {
    uri: url.href,
    catalogWarehouse,
    service: service === 'glue' || service === 's3tables' ? service : null,
  };
}
