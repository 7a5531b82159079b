import { IcebergError } from '../error.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';

const MAIN = 'main';

/** The branch a commit goes to. */
export function branchOf({ branch = MAIN }: { branch?: string }): string {
  return branch;
}

/** The newest snapshot of the branch a commit goes to. Throws `REF_NOT_FOUND`, and `INVALID_ARGUMENT` for a tag. */
export function branchHead(table: Table, options: { branch?: string }): Snapshot | null {
  const name = branchOf(options);
  const ref = table.metadata.refs[name];
  if (ref?.type === 'tag') {
    throw new IcebergError(
      `"${name}" of table ${table.location} is a tag; only a branch can be written to.`,
      {
        code: 'INVALID_ARGUMENT',
        context: { ref: name },
      },
    );
  }
  if (ref !== undefined) return table.snapshot(ref.snapshotId);
  if (name === MAIN) return table.currentSnapshot();
  throw new IcebergError(
    `Table ${table.location} has no branch "${name}"; create it first. It has: ${Object.keys(table.metadata.refs).join(', ') || 'none'}.`,
    { code: 'REF_NOT_FOUND', context: { ref: name } },
  );
}
