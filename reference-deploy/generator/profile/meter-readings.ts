import type { TopicContract } from '@lean-ops/core';
import contract from '../../contracts/meter-readings.json' with { type: 'json' };
import { fixed, rawNumber } from './json-tree.js';
import type { TopicProfile } from './topic-profile.js';

/** Electricity meters whose pulse counter is above what a double can hold. */
export const meterReadings: TopicProfile = {
  queueTopic: 'meter_readings',
  contract: contract as TopicContract,
  bodies: 'mixed',
  payload: ({ eventId, eventTimestamp, lastUpdated }, random) => ({
    eventId,
    eventType: 'Reading',
    eventTimestamp,
    last_updated_ts: lastUpdated,
    applicationId: random.between(7, 9),
    readingDate: eventTimestamp.slice(0, 10),
    meter: {
      id: `mtr-${random.hex(6)}`,
      manufacturer: random.pick(['Iskra', 'Kamstrup', 'Landis']),
      phases: random.pick([1, 3]),
    },
    register: {
      total: fixed(random.between(1_000, 2_000_000_000), 3),
      unit: 'kWh',
      pulses: rawNumber(String(9_007_199_254_740_993n + BigInt(random.word()))),
      quality: random.pick(['A', 'A', 'A', 'B', 'C']),
    },
    voltage: { l1: random.between(215, 245), l2: random.between(215, 245), l3: random.between(215, 245) },
    customer: { account: `AC-${random.hex(8)}`, tariff: random.pick(['day', 'night', 'flat']) },
    flags: { tamper: random.below(3), relay: true, clock: null },
    note: random.pick(['', 'läuft', 'read by "walk-by"']),
  }),
  critical: [
    { path: '$.meter.id', column: 'meter_id' },
    { path: '$.register.total', column: 'total_kwh' },
  ],
  integer: { path: '$.voltage.l1', column: 'voltage_l1', max: 1000 },
  optional: { path: '$.flags.tamper', column: 'tamper_count' },
  renamed: { path: '$.applicationId', alias: '$.appId', column: 'application_id' },
  nested: { path: '$.register.total', alias: '$.register.energy.active.total', column: 'total_kwh' },
  loose: '$.voltage.l3',
  collision: { path: '$.voltage.l2', rival: '$.voltage_l2' },
  keyIsCritical: false,
};
