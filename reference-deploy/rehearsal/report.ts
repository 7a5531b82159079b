import type { Reconciliation } from '@lean-ops/curate';
import { type Output, textTable } from '@lean-ops/iceberg/cli';
import { printReconciliations } from '../cli/output/reconciliation-report.js';
import type { ClassCapture } from '../generator/index.js';

/** One thing the rehearsal did, and whether it came out as it must. */
export interface Scene {
  readonly name: string;
  readonly seconds: number;
  /** What was seen. */
  readonly seen: string;
  /** Null: as it must be; else what is wrong. */
  readonly fault: string | null;
}

export interface RehearsalResult {
  readonly scenes: readonly Scene[];
  readonly reconciliations: readonly Reconciliation[];
  readonly captures: readonly ClassCapture[];
}

/** Whether everything came out as it must. */
export function isGood({ scenes, reconciliations, captures }: RehearsalResult): boolean {
  return (
    scenes.every(({ fault }) => fault === null) &&
    reconciliations.length > 0 &&
    reconciliations.every(({ balanced }) => balanced) &&
    captures.every(({ injected, captured }) => injected === captured)
  );
}

export async function printReport(result: RehearsalResult, output: Output): Promise<void> {
  await printReconciliations(result.reconciliations, output);
  await output.line();
  await output.line(
    textTable(
      ['fault class', 'injected', 'captured', 'where'],
      result.captures.map((one) => [one.class, one.injected, one.captured, one.where]),
    ),
  );
  for (const { class: faultClass, missed } of result.captures) {
    for (const { topic, id, reason } of missed)
      await output.line(`not captured: ${faultClass} ${id} of ${topic}: ${reason}`);
  }
  await output.line();
  await output.line(
    textTable(
      ['scene', 'seconds', 'seen', 'as it must be'],
      result.scenes.map(({ name, seconds, seen, fault }) => [
        name,
        seconds.toFixed(1),
        seen,
        fault === null ? 'yes' : `NO: ${fault}`,
      ]),
    ),
  );
  await output.line();
  await output.line(
    isGood(result)
      ? 'The rehearsal went as it must: every message is accounted for.'
      : 'The rehearsal did NOT go as it must: see the lines that say NO or "not captured".',
  );
}
