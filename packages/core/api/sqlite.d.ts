// Public API of @lean-ops/core/sqlite. Written by scripts/api-snapshot.mjs.

// SqliteStateStore
declare class SqliteStateStore implements StateStore {
    #private;
    readonly topics: TopicRegistry;
    readonly contracts: ContractStore;
    readonly checkpoints: CheckpointStore;
    readonly rounds: RoundStore;
    readonly leases: LeaseStore;
    readonly errors: ErrorTracker;
    readonly outbox: OpsOutbox;
    readonly breakers: BreakerStore;
    readonly journals: JournalStore;
    static open(options: SqliteStateStoreOptions): Promise<SqliteStateStore>;
    private constructor();
    close(): Promise<void>;
}

// SqliteStateStoreOptions
interface SqliteStateStoreOptions {
    readonly path: string;
    readonly clock?: Clock;
    readonly busyTimeoutMs?: number;
    readonly sleep?: Sleep;
}
