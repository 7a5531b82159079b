// Public API of @lean-ops/core/testing. Written by scripts/api-snapshot.mjs.

// ContractCase
interface ContractCase {
    readonly name: string;
    run(): Promise<void>;
}

// StateStoreFixture
interface StateStoreFixture {
    readonly store: StateStore;
    again(): Promise<StateStore>;
    dispose(): Promise<void>;
}

// StateStoreHarness
interface StateStoreHarness {
    create(clock: ManualClock): Promise<StateStoreFixture>;
}

// clockContract
declare function clockContract(create: () => Clock): ContractCase[];

// loggerContract
declare function loggerContract(create: () => {
    logger: Logger;
    lines(): {
        level: LogLevel;
        message: string;
        fields: Readonly<Record<string, unknown>>;
    }[];
}): ContractCase[];

// metricsContract
declare function metricsContract(create: () => {
    metrics: Metrics;
    read(): {
        name: string;
        value: number;
        dimensions: Readonly<Record<string, string>>;
    }[];
}): ContractCase[];

// randomContract
declare function randomContract(create: () => Random): ContractCase[];

// sleepContract
declare function sleepContract(create: () => Sleep): ContractCase[];

// stateStoreContract
declare function stateStoreContract(harness: StateStoreHarness): ContractCase[];
