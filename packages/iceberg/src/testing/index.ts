export { type CatalogHarness, catalogContract } from './catalog-contract.js';
export type { ContractCase } from './contract-case.js';
export { FullDiskStorage } from './full-disk-storage.js';
export { type StorageHarness, storageContract } from './storage-contract.js';
