export { type ContractFinding, type ParseContractOptions, parseContract } from './parse-contract.js';
