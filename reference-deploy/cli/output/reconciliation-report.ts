import type { Reconciliation } from '@lean-ops/curate';
import type { Output } from '@lean-ops/iceberg/cli';
import { textTable } from '@lean-ops/iceberg/cli';
import { EXIT, type ExitCode } from '../exit-code.js';

/** The figures of one topic as `report.json` and the tables spell them. */
export interface TopicFigures {
  readonly topic: string;
  readonly messages: number | null;
  readonly quarantined: number;
  readonly deadLettered: number;
  readonly raw: number;
  readonly copies: number;
  readonly superseded: number;
  readonly parseErrors: number;
  readonly standardized: number;
  readonly curated: number | null;
  readonly openErrors: number | null;
}

export function figuresOf(result: Reconciliation): TopicFigures {
  const { topic, messages, quarantined, deadLettered, raw, copies, superseded, parseErrors, standardized } =
    result;
  const { curated, openErrors } = result;
  return {
    topic,
    messages,
    quarantined,
    deadLettered,
    raw,
    copies,
    superseded,
    parseErrors,
    standardized,
    curated,
    openErrors,
  };
}

export function verdictOf(results: readonly Reconciliation[]): ExitCode {
  return results.every(({ balanced }) => balanced) ? EXIT.good : EXIT.no;
}

const HEADINGS = [
  'topic',
  'messages',
  'quarantined',
  'dead letters',
  'raw',
  'copies',
  'superseded',
  'parse errors',
  'standardized',
  'curated',
  'open errors',
  'balanced',
] as const;

/** A table of all topics, and under it whatever does not add up. */
export async function printReconciliations(
  results: readonly Reconciliation[],
  output: Output,
): Promise<void> {
  const rows = results.map((result) => [...Object.values(figuresOf(result)), result.balanced ? 'yes' : 'NO']);
  await output.line(textTable(HEADINGS, rows));
  for (const { topic, differences, pending, inFlight } of results) {
    for (const { equation, left, right, detail, samples } of differences) {
      await output.line(`\n${topic}: ${equation} does not hold: ${left} is not ${right}. ${detail}`);
      if (samples.length > 0) await output.line(`  for example ${samples.join(', ')}`);
    }
    const waiting = [
      inFlight > 0 ? `${inFlight} messages in flight` : null,
      pending.raw > 0 ? `${pending.raw} RAW rows not standardized yet` : null,
      pending.standardized > 0 ? `${pending.standardized} Standardized rows not curated yet` : null,
    ].filter((text) => text !== null);
    if (waiting.length > 0) await output.line(`\n${topic}: ${waiting.join('; ')}`);
  }
}
