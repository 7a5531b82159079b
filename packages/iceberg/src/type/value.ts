/**
 * A column value inside the library. By type: boolean → `boolean`; int, date (days) → `number`; float, double →
 * `number`; long, time (µs), timestamps (µs or ns), decimal (unscaled) → `bigint`; string → `string`; uuid, fixed,
 * binary → `Uint8Array`.
 */
export type Value = boolean | number | bigint | string | Uint8Array;

/**
 * A value of any type, nested ones included: a struct is the list of its fields' values, a list that of its elements, a
 * map a list of `[key, value]` pairs.
 */
export type AnyValue = Value | null | readonly AnyValue[];
