import type { TopicSchedule } from '@lean-ops/core';
import type { OutputFormat } from '@lean-ops/iceberg/cli';
import type { DeployWay } from '../contract/deploy.js';
import type { AddressOptions } from '../dlq/options.js';

export interface ListTopicsOptions extends AddressOptions {
  readonly format?: OutputFormat;
}

export type ShowTopicOptions = AddressOptions;

export interface PauseOptions extends AddressOptions {
  readonly reason: string;
  readonly by?: string;
}

export interface ResumeOptions extends AddressOptions {
  readonly by?: string;
}

export interface SetTopicOptions extends AddressOptions {
  readonly schedule: TopicSchedule;
}

export interface AddTopicCommandOptions extends AddressOptions, DeployWay {
  readonly contract?: string;
  readonly schedule?: TopicSchedule;
}

export interface RemoveTopicCommandOptions extends AddressOptions {
  readonly by?: string;
  readonly unprocessed?: boolean;
  readonly dropTables?: boolean;
  /** Seconds. */
  readonly wait: number;
}
