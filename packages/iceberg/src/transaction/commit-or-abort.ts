import type { CommitResult, Transaction } from './transaction-types.js';

/** Makes changes and commits them; a transaction of which a change fails is aborted. */
export async function commitOrAbort(
  transaction: Transaction,
  work: (transaction: Transaction) => unknown,
): Promise<CommitResult> {
  try {
    await work(transaction);
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  return transaction.commit();
}
