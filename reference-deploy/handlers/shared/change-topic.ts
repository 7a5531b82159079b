import type { TopicRegistry, TopicRow } from '@lean-ops/core';

/**
 * Changes a registry row as it is now, however often others change it meanwhile. `change` may be asked several times;
 * null leaves the row as it is. Gives the row that is there in the end; null where there is none.
 */
export async function changeTopic(
  registry: Pick<TopicRegistry, 'get' | 'replace'>,
  topic: string,
  change: (row: TopicRow) => TopicRow | null,
): Promise<TopicRow | null> {
  for (;;) {
    const row = await registry.get(topic);
    const changed = row === null ? null : change(row);
    if (row === null || changed === null) return row;
    if (await registry.replace(row, changed)) return changed;
  }
}
