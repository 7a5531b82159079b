// The contract under which the events become Curated.
const text = (path) => ({ type: 'string', path });

export const CONTRACT = {
  topic: 'events',
  version: '1.0.0',
  owner: 'bench',
  columns: {
    event_id: { ...text('$.event_id'), cde: true },
    event_type: { ...text('$.event_type'), enum: ['measurement', 'heartbeat', 'alarm'] },
    device_id: { ...text('$.device.id'), cde: 'nonblank' },
    device_model: text('$.device.model'),
    firmware: text('$.device.firmware'),
    site: text('$.device.location.site'),
    latitude: { type: 'decimal(9,6)', path: '$.device.location.latitude' },
    longitude: { type: 'decimal(9,6)', path: '$.device.location.longitude' },
    temperature: { type: 'decimal(6,2)', path: '$.reading.temperature', cde: true },
    humidity: { type: 'double', path: '$.reading.humidity' },
    pressure: { type: 'double', path: '$.reading.pressure' },
    unit: text('$.reading.unit'),
    quality_score: { type: 'double', path: '$.reading.quality.score' },
    quality_flag: text('$.reading.quality.flag'),
    battery_level: { type: 'int', path: '$.battery.level', min: 0, max: 100 },
    charging: { type: 'boolean', path: '$.battery.charging' },
    rssi: { type: 'int', path: '$.network.rssi' },
    ssid: text('$.network.ssid'),
    address: text('$.network.address'),
    last_updated: { type: 'timestamptz', path: '$.last_updated_ts', cde: true },
  },
};
