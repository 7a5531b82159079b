import type { TopicRow, TopicSchedule } from '@lean-ops/core';

const HOUR_SECONDS = 3_600;
/** What a run may take after what it reads has waited as long as the schedule makes it wait. */
const AFTER_WAIT_SECONDS = HOUR_SECONDS / 2;

/** Seconds; a topic has one round in each of them, counted from midnight UTC. 0: it has every round. */
const PERIOD_SECONDS: Readonly<Record<TopicSchedule, number>> = {
  'every-round': 0,
  hourly: HOUR_SECONDS,
  daily: 24 * HOUR_SECONDS,
};

export const SCHEDULES: readonly TopicSchedule[] = Object.keys(PERIOD_SECONDS) as TopicSchedule[];

type Scheduled = Pick<TopicRow, 'schedule' | 'stateSince'>;

/**
 * From when on the rounds take a topic, milliseconds since the epoch; null: the next one does.
 *
 * @param lastRoundAt when its last round began that left nothing to do; null where there was none.
 */
export function dueAt({ schedule, stateSince }: Scheduled, lastRoundAt: number | null): number | null {
  const period = PERIOD_SECONDS[schedule] * 1_000;
  if (period === 0 || lastRoundAt === null) return null;
  // Registered, or let run again, since then: nobody wants to wait for a day to see it run.
  if (stateSince !== null && stateSince > lastRoundAt) return null;
  return (Math.floor(lastRoundAt / period) + 1) * period;
}

/** Whether a round that begins now takes a topic. */
export function isDue(topic: Scheduled, lastRoundAt: number | null, nowMs: number): boolean {
  // A round in the future was told by a clock that was wrong: it must not keep a topic waiting.
  if (lastRoundAt !== null && lastRoundAt > nowMs) return true;
  const at = dueAt(topic, lastRoundAt);
  return at === null || nowMs >= at;
}

/**
 * How old events may be when they reach the last layer, seconds: the objective, or what the schedule makes them wait and
 * half an hour where that is more.
 */
export function freshnessLimitSeconds({
  schedule,
  freshnessObjectiveSeconds,
}: Pick<TopicRow, 'schedule' | 'freshnessObjectiveSeconds'>): number {
  const period = PERIOD_SECONDS[schedule];
  return period === 0
    ? freshnessObjectiveSeconds
    : Math.max(freshnessObjectiveSeconds, period + AFTER_WAIT_SECONDS);
}
