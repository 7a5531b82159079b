import { tableSafeTopic } from '@lean-ops/core';
import { deviceTelemetry } from './device-telemetry.js';
import { meterReadings } from './meter-readings.js';
import type { TopicProfile } from './topic-profile.js';
import { vehiclePositions } from './vehicle-positions.js';

/** The three topics of the demo. */
export const DEMO_PROFILES: readonly TopicProfile[] = [deviceTelemetry, vehiclePositions, meterReadings];

/**
 * The profile for a topic as a queue spells it: a demo topic's own, and for any other name one of the three kinds of
 * device in turn, under that name.
 *
 * @throws {CoreError} `TOPIC_NAME_INVALID` when the name cannot name a table.
 */
export function profileFor(queueTopic: string, position = 0): TopicProfile {
  const topic = tableSafeTopic(queueTopic);
  const own = DEMO_PROFILES.find((profile) => profile.queueTopic === queueTopic);
  if (own !== undefined) return own;
  const kind = DEMO_PROFILES[position % DEMO_PROFILES.length] ?? deviceTelemetry;
  return { ...kind, queueTopic, contract: { ...kind.contract, topic } };
}
