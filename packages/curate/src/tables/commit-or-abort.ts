import type { Transaction } from '@lean-ops/iceberg';

/** Commits what `work` puts into the transaction; where either fails, the files written for it are given up. */
export async function commitOrAbort(
  transaction: Transaction,
  work: (transaction: Transaction) => Promise<void> | void,
): Promise<void> {
  try {
    await work(transaction);
    await transaction.commit();
  } catch (error) {
    await transaction.abort();
    throw error;
  }
}
