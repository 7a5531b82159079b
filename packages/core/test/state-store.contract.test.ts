import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { MemoryStateStore, type StateStore } from '../src/index.js';
import { SqliteStateStore } from '../src/state-store/sqlite/index.js';
import { type StateStoreHarness, stateStoreContract } from '../src/testing/index.js';

const memory: StateStoreHarness = {
  async create(clock) {
    const store = new MemoryStateStore({ clock });
    return { store, again: async () => store, dispose: () => store.close() };
  },
};

const sqlite: StateStoreHarness = {
  async create(clock) {
    const folder = await mkdtemp(join(tmpdir(), 'lean-ops-state-'));
    const path = join(folder, 'state.sqlite');
    const opened: StateStore[] = [];
    const open = async (): Promise<StateStore> => {
      const store = await SqliteStateStore.open({ path, clock });
      opened.push(store);
      return store;
    };
    return {
      store: await open(),
      again: open,
      async dispose() {
        for (const store of opened) await store.close();
        await rm(folder, { recursive: true });
      },
    };
  },
};

for (const [name, harness] of Object.entries({ memory, sqlite })) {
  describe(`${name} state store`, () => {
    for (const { name: behaviour, run } of stateStoreContract(harness)) test(behaviour, run);
  });
}
