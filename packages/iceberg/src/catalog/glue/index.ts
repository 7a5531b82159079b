export type { RemoteCallOptions } from '../../util/remote-calls.js';
export { GlueCatalog, type GlueCatalogOptions } from './glue-catalog.js';
export type { GlueCommand, GlueCommandSender } from './glue-client.js';
export type { GlueNamespaces } from './glue-databases.js';
