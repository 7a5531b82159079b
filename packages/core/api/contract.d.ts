// Public API of @lean-ops/core/contract. Written by scripts/api-snapshot.mjs.

// ContractFinding
interface ContractFinding {
    readonly line: number;
    readonly column: number;
    readonly path: string;
    readonly value: unknown;
    readonly reason: string;
}

// ParseContractOptions
interface ParseContractOptions {
    readonly path: string;
}

// parseContract
declare function parseContract(text: string, options: ParseContractOptions): TopicContract;
