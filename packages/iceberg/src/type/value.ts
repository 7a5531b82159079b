/**
 * A column value inside the library. By type: boolean → `boolean`; int, date (days) → `number`; float, double →
 * `number`; long, time (µs), timestamps (µs or ns), decimal (unscaled) → `bigint`; string → `string`; uuid, fixed,
 * binary → `Uint8Array`.
 */
export type Value = boolean | number | bigint | string | Uint8Array;
