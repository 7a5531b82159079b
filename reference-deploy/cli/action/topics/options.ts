import type { OutputFormat } from '@lean-ops/iceberg/cli';
import type { AddressOptions } from '../dlq/options.js';

export interface ListTopicsOptions extends AddressOptions {
  readonly format?: OutputFormat;
}

export type ShowTopicOptions = AddressOptions;

export interface PauseOptions extends AddressOptions {
  readonly reason: string;
  readonly by: string;
}

export type ResumeOptions = AddressOptions;
