/** Above the longest time that Lambda gives a function, 15 minutes: a job renews its lease when it begins. */
export const LEASE_TTL_MS = 20 * 60_000;
