import type { TopicContract } from '@lean-ops/core';
import contract from '../../contracts/device-telemetry.json' with { type: 'json' };
import { fixed } from './json-tree.js';
import type { TopicProfile } from './topic-profile.js';

const SITES = ['Lisboa-2', 'Malmö-1', 'Kraków-4', 'Sapporo-3', 'Austin-7'] as const;

/** Battery-driven climate sensors. The queue's name has a hyphen in the topic. */
export const deviceTelemetry: TopicProfile = {
  queueTopic: 'device-telemetry',
  contract: contract as TopicContract,
  bodies: 'mixed',
  payload: ({ eventId, eventTimestamp, lastUpdated }, random) => {
    const device = random.below(5000);
    return {
      eventId,
      eventType: random.pick(['Telemetry', 'Telemetry', 'Telemetry', 'Heartbeat', 'Alarm']),
      eventTimestamp,
      last_updated_ts: lastUpdated,
      applicationId: random.between(1, 40),
      device: {
        id: `dev-${String(device).padStart(5, '0')}`,
        model: random.pick(['TX-200', 'TX-210', 'TX-300']),
        serial: `SN${String(7_000_000 + device * 13)}`,
        firmware: `4.${random.below(6)}.${random.below(10)}`,
      },
      reading: {
        temperature: fixed(random.between(-2000, 4500), 2),
        humidity: fixed(random.between(100, 990), 1),
        pressure: fixed(random.between(95_000, 105_000), 2),
      },
      location: {
        site: random.pick(SITES),
        geo: { lat: fixed(random.between(-8000, 8000), 2), lon: fixed(random.between(-18_000, 18_000), 2) },
      },
      network: { rssi: -random.between(40, 110), carrier: random.pick(['nb-iot', 'lte-m', 'lora']) },
      battery: random.between(5, 100),
      tags: ['climate', random.pick(['indoor', 'outdoor'])],
    };
  },
  critical: [
    { path: '$.eventTimestamp', column: 'event_timestamp' },
    { path: '$.device.id', column: 'device_id' },
  ],
  integer: { path: '$.battery', column: 'battery', max: 100 },
  optional: { path: '$.network.rssi', column: 'rssi' },
  renamed: { path: '$.applicationId', alias: '$.appId', column: 'application_id' },
  nested: { path: '$.reading.temperature', alias: '$.reading.celsius.value', column: 'temperature' },
  loose: '$.reading.pressure',
  collision: { path: '$.device.id', rival: '$.device_id' },
  keyIsCritical: true,
};
