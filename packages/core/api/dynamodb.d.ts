// Public API of @lean-ops/core/dynamodb. Written by scripts/api-snapshot.mjs.

// DynamoDbCommand
type DynamoDbCommand = BatchGetItemCommand | BatchWriteItemCommand | GetItemCommand | PutItemCommand | QueryCommand | TransactWriteItemsCommand | UpdateItemCommand;

// DynamoDbCommandSender
interface DynamoDbCommandSender {
    send(command: DynamoDbCommand, options?: {
        abortSignal?: AbortSignal;
    }): Promise<unknown>;
}

// DynamoDbStateStore
declare class DynamoDbStateStore implements StateStore {
    readonly topics: TopicRegistry;
    readonly contracts: ContractStore;
    readonly checkpoints: CheckpointStore;
    readonly rounds: RoundStore;
    readonly leases: LeaseStore;
    readonly errors: ErrorTracker;
    readonly outbox: OpsOutbox;
    readonly breakers: BreakerStore;
    readonly journals: JournalStore;
    constructor(options: DynamoDbStateStoreOptions);
    close(): Promise<void>;
}

// DynamoDbStateStoreOptions
interface DynamoDbStateStoreOptions {
    readonly client: DynamoDbCommandSender;
    readonly table: string;
    readonly clock?: Clock;
    readonly random?: Random;
    readonly sleep?: Sleep;
    readonly factTtlMs?: number;
}

// stateTableDefinition
declare function stateTableDefinition(table: string): CreateTableCommandInput;
