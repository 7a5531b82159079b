import type { Clock, Logger } from '@lean-ops/core';
import { isShut } from '@lean-ops/ingest';
import type { BreakerBook } from './breaker-book.js';
import type { MappingControl, SwitchableMapping, TopicMappings } from './ports.js';
import type { TokenBucket } from './token-bucket.js';

export interface SwitchParts {
  readonly control: MappingControl;
  readonly bucket: TokenBucket;
  readonly clock: Clock;
  readonly logger: Logger;
  /** No call is made after it, milliseconds since the epoch. */
  readonly endsAt: number;
}

/**
 * Switches what must not flow off. The mappings were listed in this round, so that whatever an earlier round could not
 * finish, and whatever came in between, is mended here. Gives the topics that are left to the next round.
 *
 * A row says that it holds its mapping before that is switched off: only what is held is switched on again, and nobody
 * else does that.
 */
export async function switchOff(
  book: BreakerBook,
  mappings: TopicMappings,
  parts: SwitchParts,
): Promise<SwitchReport> {
  const report = new SwitchReport();
  for (const [topic, ofTopic] of mappings) {
    if (!isShut(book.global) && !isShut(book.rows.get(topic))) continue;
    const row = book.rowOf(topic);
    const isHeld = row.mappingHeld || (await book.change(row, { ...row, mappingHeld: true }));
    if (!isHeld) report.left.add(topic);
    for (const mapping of ofTopic) {
      if (!isHeld || mapping.state === 'Disabled' || mapping.state === 'Disabling') continue;
      const isSwitched = await setEnabled(topic, mapping, false, parts);
      (isSwitched ? report.switched : report.left).add(topic);
    }
  }
  return report;
}

/** Switches on again what a breaker holds and holds no longer; what this very round switched off is left to the next. */
export async function switchOn(
  book: BreakerBook,
  mappings: TopicMappings,
  justOff: ReadonlySet<string>,
  parts: SwitchParts,
): Promise<SwitchReport> {
  const report = new SwitchReport();
  for (const [topic, ofTopic] of mappings) {
    const row = book.rowOf(topic);
    if (!row.mappingHeld || isShut(book.global) || isShut(row)) continue;
    const off = ofTopic.filter(({ state }) => state !== 'Enabled' && state !== 'Enabling');
    let areOn = !justOff.has(topic);
    if (areOn) for (const mapping of off) areOn = (await setEnabled(topic, mapping, true, parts)) && areOn;
    // Let go of only after all are on: a round that ends between the two is finished by the next.
    if (!areOn || !(await book.change(row, { ...row, mappingHeld: false }))) report.left.add(topic);
    else if (off.length > 0) report.switched.add(topic);
  }
  return report;
}

/** Topics whose mappings were switched, and those that are not yet as they should be. */
export class SwitchReport {
  readonly switched: Set<string> = new Set();
  readonly left: Set<string> = new Set();
}

async function setEnabled(
  topic: string,
  { uuid, state }: SwitchableMapping,
  enabled: boolean,
  { control, bucket, clock, logger, endsAt }: SwitchParts,
): Promise<boolean> {
  // Lambda refuses to change a mapping that is being changed.
  if (state !== 'Enabled' && state !== 'Disabled') return false;
  if (bucket.nextAt >= endsAt) return false;
  await bucket.take();
  if (clock.now() >= endsAt) return false;
  try {
    await control.update(uuid, { enabled });
    return true;
  } catch (error) {
    logger.warn('a mapping could not be switched: the next round looks again', {
      topic,
      uuid,
      enabled,
      error,
    });
    return false;
  }
}
