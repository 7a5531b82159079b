import type { ArchiveKind, TrackedStatus } from '@lean-ops/core';
import type { OutputFormat, TimeOrAge } from '@lean-ops/iceberg/cli';

/** Which platform is meant. */
export interface AddressOptions {
  readonly warehouse?: string;
  readonly aws?: boolean;
  readonly project?: string;
  readonly env?: string;
  readonly region?: string;
}

/** Which messages are meant. */
export interface FilterOptions {
  /** Names of their tables. */
  readonly topic?: string[];
  readonly kind?: ArchiveKind;
  readonly class?: string;
  readonly code?: string;
  readonly since?: TimeOrAge;
  readonly until?: TimeOrAge;
  readonly status?: TrackedStatus;
  readonly id?: string[];
}

interface FormatOptions {
  readonly format?: OutputFormat;
}

/** Whether to do it, or only to say what would be done. */
export interface ConfirmOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export interface ListCommandOptions extends AddressOptions, FilterOptions, FormatOptions {
  readonly limit: number;
  readonly check: boolean;
}

export interface ShowCommandOptions extends AddressOptions {
  readonly body?: boolean;
  readonly format?: 'text' | 'json';
}

export interface StatsCommandOptions extends AddressOptions, FilterOptions, FormatOptions {}

export interface ReplayCommandOptions extends AddressOptions, FilterOptions, FormatOptions, ConfirmOptions {
  readonly limit?: number;
  /** Messages per second. */
  readonly rate?: number;
  readonly maxReplays: number;
  readonly force?: boolean;
  readonly errors?: boolean;
  readonly sendOnly?: boolean;
}

export interface DiscardCommandOptions extends AddressOptions, FilterOptions, FormatOptions, ConfirmOptions {
  readonly reason: string;
  readonly by?: string;
  readonly limit?: number;
}

export interface CheckCommandOptions extends AddressOptions, FormatOptions {
  readonly repair?: boolean;
}
