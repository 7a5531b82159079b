export type { RemoteCallOptions } from '../../util/remote-calls.js';
export { type OAuth2Options, oauth2 } from './oauth2.js';
export {
  bearer,
  type RestAuth,
  type RestAuthContext,
  type RestAuthRequest,
  type RestAuthSession,
  type RestFetch,
} from './rest-auth.js';
export { RestCatalog, type RestCatalogOptions } from './rest-catalog.js';
export type { RestNamespaces } from './rest-namespaces.js';
export type { RestStorage, RestTableAccess } from './rest-storage.js';
export { type AwsCredentials, type SigV4Options, sigV4 } from './sig-v4.js';
