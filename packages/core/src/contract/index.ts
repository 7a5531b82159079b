export { canonicalJson } from '../canonical-json.js';
export { formatContract } from './format/format-contract.js';
export { columnOf } from './lint/column-changes.js';
export { columnRenames } from './lint/column-renames.js';
export type {
  HistoryAnswer,
  HistoryQuestion,
  LintFinding,
} from './lint/finding.js';
export { type LintOptions, type LintResult, lintContract, type Operation } from './lint/lint-contract.js';
export { RULES, type Rule, type RuleId, type RuleSeverity } from './lint/rules.js';
export type { OpenApiSources } from './openapi/parse-openapi.js';
export {
  type ContractFinding,
  type ContractPosition,
  type ParseContractOptions,
  type ParsedContract,
  parseContract,
  parseContractDocument,
} from './parse-contract.js';
