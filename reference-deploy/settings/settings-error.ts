import { LeanOpsError } from '@lean-ops/core';

type SettingsErrorCode = 'SETTINGS_INVALID' | 'SETTINGS_INCONSISTENT';

/** Settings that cannot be deployed. */
export class SettingsError extends LeanOpsError<SettingsErrorCode> {}
