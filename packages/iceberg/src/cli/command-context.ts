import type { Readable } from 'node:stream';
import type { GlueCommandSender } from '../catalog/glue/glue-client.js';
import type { RestFetch } from '../catalog/rest/rest-auth.js';
import type { S3CommandSender } from '../storage/s3/s3-client.js';
import type { S3ClientSettings } from '../storage/s3/s3-client-settings.js';
import type { Output } from './output/output.js';

/** What every command is given. */
export interface CommandContext {
  readonly stdin: Readable;
  readonly stdout: Output;
  /** Progress and errors. */
  readonly stderr: Output;
  /** Variables of the surroundings; of them, only the documented `ICEBERG_…` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The exit code; set by the command that ran. */
  verdict: number;
  /** Ends the work. Default: a signal that Ctrl-C and SIGTERM fire while a command runs. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number;
  /** What reaches other machines. Default: the AWS SDK's clients and the global `fetch`. */
  readonly clients?: CommandClients;
}

/** Makers of network clients. */
export interface CommandClients {
  readonly s3?: (settings: S3ClientSettings) => S3CommandSender;
  readonly glue?: (settings: { region?: string }) => GlueCommandSender;
  readonly fetch?: RestFetch;
}
