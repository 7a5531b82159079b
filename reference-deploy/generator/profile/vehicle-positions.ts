import type { TopicContract } from '@lean-ops/core';
import contract from '../../contracts/vehicle-positions.json' with { type: 'json' };
import { fixed } from './json-tree.js';
import type { TopicProfile } from './topic-profile.js';

/** Trackers in a fleet of vans; every body is wrapped. */
export const vehiclePositions: TopicProfile = {
  queueTopic: 'vehicle_positions',
  contract: contract as TopicContract,
  bodies: 'wrapped',
  payload: ({ eventId, eventTimestamp, lastUpdated }, random) => {
    const vehicle = random.below(800);
    return {
      eventId,
      eventType: 'Position',
      eventTimestamp,
      last_updated_ts: lastUpdated,
      applicationId: random.between(100, 140),
      vehicle: {
        id: `van-${String(vehicle).padStart(4, '0')}`,
        plate: `LO ${1000 + vehicle}`,
        odometerKm: fixed(random.between(10_000, 4_000_000), 1),
      },
      position: {
        lat: fixed(random.between(-80_000_000, 80_000_000), 6),
        lon: fixed(random.between(-179_000_000, 179_000_000), 6),
        heading: random.below(360),
        speedKmh: random.below(131),
      },
      engine: { rpm: random.between(700, 4200), coolantC: random.between(-10, 104), faults: [] },
      driver: { licence: `D${random.hex(8).toUpperCase()}`, onDuty: random.below(10) > 0 },
      trip: { id: `trip-${random.hex(6)}`, stop: random.below(30), door: null },
    };
  },
  critical: [
    { path: '$.eventTimestamp', column: 'event_timestamp' },
    { path: '$.vehicle.id', column: 'vehicle_id' },
  ],
  integer: { path: '$.position.speedKmh', column: 'speed_kmh', max: 300 },
  optional: { path: '$.engine.coolantC', column: 'coolant_c' },
  renamed: { path: '$.applicationId', alias: '$.appId', column: 'application_id' },
  nested: { path: '$.vehicle.odometerKm', alias: '$.vehicle.odometer.km.total', column: 'odometer_km' },
  loose: '$.position.heading',
  collision: { path: '$.vehicle.plate', rival: '$.vehicle.Plate' },
  keyIsCritical: false,
};
