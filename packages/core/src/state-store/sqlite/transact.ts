/** Runs a function inside one `BEGIN IMMEDIATE` transaction of the store's file. */
export type Transact = <T>(work: () => T) => T;
