// Public API of @lean-ops/core/contract. Written by scripts/api-snapshot.mjs.

// ContractFinding
interface ContractFinding {
    readonly file?: string;
    readonly line: number;
    readonly column: number;
    readonly path: string;
    readonly value: unknown;
    readonly reason: string;
}

// ContractPosition
interface ContractPosition {
    readonly line: number;
    readonly column: number;
    readonly file?: string;
}

// HistoryAnswer
interface HistoryAnswer {
    readonly rows: number;
    readonly failing: number;
    readonly samples: readonly string[];
    readonly note?: string;
}

// HistoryQuestion
interface HistoryQuestion {
    readonly column: string;
    readonly check: 'cde' | 'enum' | 'range' | 'pattern';
}

// LintFinding
interface LintFinding {
    readonly rule: RuleId;
    readonly severity: RuleSeverity;
    readonly message: string;
    readonly column: string | null;
    readonly document: 'base' | 'head';
    readonly path: DocumentPath;
    readonly history: HistoryAnswer | null;
}

// LintOptions
interface LintOptions {
    readonly history?: (question: HistoryQuestion) => HistoryAnswer | null;
}

// LintResult
interface LintResult {
    readonly topic: string;
    readonly operation: Operation;
    readonly declared: boolean;
    readonly verdict: 'pass' | 'breaking' | 'wrong';
    readonly findings: readonly LintFinding[];
    readonly questions: readonly HistoryQuestion[];
}

// OpenApiSources
interface OpenApiSources {
    readonly metadata: {
        readonly path: string;
        readonly text: string;
    } | null;
    readonly load: (path: string) => string | null;
}

// Operation
type Operation = 'NEW_TABLE' | 'SCHEMA_EVOLVE' | 'NUCLEAR_RESET' | 'PURE_REMAP';

// ParseContractOptions
interface ParseContractOptions {
    readonly path: string;
    readonly openApi?: OpenApiSources;
}

// ParsedContract
interface ParsedContract {
    readonly contract: TopicContract;
    positionOf(path: readonly (string | number)[]): ContractPosition;
}

// RULES
declare const RULES: {
    readonly COLUMN_ADDED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a column is new";
        readonly reason: "A new optional column is null in rows written before, until a rebuild.";
        readonly fix: "Nothing to do. Rebuild the topic if old rows should have it too.";
    };
    readonly COLUMN_ADDED_CDE: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a new column must not be missing";
        readonly reason: "Rows that are there have no value for it, and a critical data element must have one.";
        readonly fix: "Add it without `cde` first and make it one when producers send it. Check the rows that are there with `--warehouse`: where all of them pass, this is a warning.";
    };
    readonly COLUMN_REMOVED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a column is gone";
        readonly reason: "Whoever reads it fails, and a column that comes back under its name would be another one.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly COLUMN_RENAMED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a column has another name";
        readonly reason: "It reads what the old one read, so it is the same column (by field id) under a new name.";
        readonly fix: "Nothing to do here. Queries that use the old name have to be changed.";
    };
    readonly PATH_ADDED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a column is looked for in one more place";
        readonly reason: "Every place it was found in before is still looked at, in the same order, and before the new one.";
        readonly fix: "Nothing to do.";
    };
    readonly PATH_PREFERRED: {
        readonly severity: "warning";
        readonly concerns: "columns";
        readonly title: "a column is looked for in a new place first";
        readonly reason: "Rows that are there and have a value in both places hold that of the old one, until a rebuild.";
        readonly fix: "Put the new place behind the old ones, among `aliases`: that changes no row. Or rebuild the topic.";
    };
    readonly PATH_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a column is read from elsewhere";
        readonly reason: "Rows that are there were read from a place that is no longer looked at, or comes in another order.";
        readonly fix: "Keep the old path among `aliases`, in its order. Else: declare it with a new `reset`.";
    };
    readonly TYPE_WIDENED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a type is wider";
        readonly reason: "Every value of the old type is one of the new type, and the table format widens in place.";
        readonly fix: "Nothing to do.";
    };
    readonly TYPE_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a column has another type";
        readonly reason: "Only int to long, float to double and decimals of more digits with the same scale can be changed in place.";
        readonly fix: "Add a new column with the new type beside it. Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly CAST_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "texts are cast in another way";
        readonly reason: "The same text gives another value than in the rows that are there, or none.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly CAST_LOOSENED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "more texts are accepted";
        readonly reason: "What was accepted before gives the same value as before.";
        readonly fix: "Nothing to do: rows that failed are decided again.";
    };
    readonly CDE_ADDED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a column must not be missing any more";
        readonly reason: "Rows that are there may lack it, and Curated must not hold what its contract forbids.";
        readonly fix: "Check the rows that are there with `--warehouse`: where all of them pass, this is a warning. Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly CDE_REMOVED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a column may be missing";
        readonly reason: "Every row that passed still passes.";
        readonly fix: "Nothing to do: rows that failed are decided again.";
    };
    readonly ENUM_NARROWED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "fewer values are allowed";
        readonly reason: "Rows that are there may hold a value that is not allowed any more.";
        readonly fix: "Check the rows that are there with `--warehouse`: where all of them pass, this is a warning. Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly ENUM_WIDENED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "more values are allowed";
        readonly reason: "Every row that passed still passes.";
        readonly fix: "Nothing to do: rows that failed are decided again.";
    };
    readonly NULLED_ALLOWED: {
        readonly severity: "warning";
        readonly concerns: "columns";
        readonly title: "values that became null are allowed";
        readonly reason: "Rows that are there hold null in their place, until a rebuild: what was no error is not decided again.";
        readonly fix: "Rebuild the topic where old rows should have them.";
    };
    readonly UNKNOWN_REFUSED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "values outside the enum are refused";
        readonly reason: "They were written as null, and would now be errors.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly UNKNOWN_AS_NULL: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "values outside the enum become null";
        readonly reason: "Every row that passed still passes.";
        readonly fix: "Nothing to do: rows that failed are decided again.";
    };
    readonly RANGE_NARROWED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a range is smaller";
        readonly reason: "Rows that are there may hold a value outside it.";
        readonly fix: "Check the rows that are there with `--warehouse`: where all of them pass, this is a warning. Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly RANGE_WIDENED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a range is larger";
        readonly reason: "Every row that passed still passes.";
        readonly fix: "Nothing to do: rows that failed are decided again.";
    };
    readonly PATTERN_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a pattern is new or another one";
        readonly reason: "Nobody can say of two patterns that one accepts all that the other does.";
        readonly fix: "Check the rows that are there with `--warehouse`: where all of them pass, this is a warning. Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly PATTERN_REMOVED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a pattern is gone";
        readonly reason: "Every row that passed still passes.";
        readonly fix: "Nothing to do: rows that failed are decided again.";
    };
    readonly SENSITIVITY_LOOSENED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "a column shows more than before";
        readonly reason: "Who may read the table was decided for a column that hid it, and old rows hide it still.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly SENSITIVITY_TIGHTENED: {
        readonly severity: "warning";
        readonly concerns: "columns";
        readonly title: "a column hides more than before";
        readonly reason: "Rows written before still show what they showed, until a rebuild.";
        readonly fix: "Declare it with a new `reset` if old rows must hide it too.";
    };
    readonly SENSITIVITY_RETYPED: {
        readonly severity: "breaking";
        readonly concerns: "columns";
        readonly title: "masking changes what is stored of a column";
        readonly reason: "A masked value is text, and a dropped one is not there: the stored column is another one.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly DEFAULT_CHANGED: {
        readonly severity: "compatible";
        readonly concerns: "columns";
        readonly title: "a default is new, gone or another one";
        readonly reason: "A default applies to rows written from now on; those that are there stay as they are.";
        readonly fix: "Nothing to do. Rebuild the topic if old rows should have it too.";
    };
    readonly KEY_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "table";
        readonly title: "rows have another key";
        readonly reason: "Which rows are versions of one another is decided by the key.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly ORDER_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "table";
        readonly title: "another version is the newest";
        readonly reason: "Which version of a row stays is decided by the order, and by the types it is compared by: what is too large for an int is no value, and the oldest.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly ENVELOPE_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "table";
        readonly title: "bodies are unwrapped in another way";
        readonly reason: "The same body has another payload from now on. RAW holds payloads as they were unwrapped when they came, so that a rebuild does not unwrap them again.";
        readonly fix: "Look whether the rows that are there fit the contract. Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly FLATTEN_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "table";
        readonly title: "payloads are flattened to other limits";
        readonly reason: "The same payload has other columns in Standardized.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly PARTITION_CHANGED: {
        readonly severity: "breaking";
        readonly concerns: "table";
        readonly title: "tables are partitioned in another way, or by something else";
        readonly reason: "Rows that are there lie in the old partitions, and writers look for versions of a row by them.";
        readonly fix: "Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.";
    };
    readonly ROUTING_CHANGED: {
        readonly severity: "compatible";
        readonly concerns: "routing";
        readonly title: "the topic is run in another way";
        readonly reason: "Owner, engine, quality thresholds and correction window change no row.";
        readonly fix: "Nothing to do.";
    };
    readonly RESET_NOT_NEEDED: {
        readonly severity: "warning";
        readonly concerns: "routing";
        readonly title: "a reset is declared for nothing";
        readonly reason: "No change needs one, so none is done; left in the contract, it says what is not so.";
        readonly fix: "Take `reset` out.";
    };
    readonly RESET_STALE: {
        readonly severity: "warning";
        readonly concerns: "routing";
        readonly title: "the declared reset is that of an earlier version";
        readonly reason: "A declaration is for one change. The one that stands here was there before this change.";
        readonly fix: "Write what this change is for and what it does into `reset`.";
    };
    readonly VERSION_NOT_RAISED: {
        readonly severity: "error";
        readonly concerns: "routing";
        readonly title: "the version is not higher than before";
        readonly reason: "A version names one contract for ever: rows say by it which contract they were written under.";
        readonly fix: "Raise `version`: the first number for a breaking change, the second for a compatible one.";
    };
    readonly TOPIC_CHANGED: {
        readonly severity: "error";
        readonly concerns: "routing";
        readonly title: "the contracts are of two topics";
        readonly reason: "A topic has its tables; another topic is another contract.";
        readonly fix: "Compare contracts of one topic.";
    };
};

// Rule
interface Rule {
    readonly severity: RuleSeverity;
    readonly concerns: 'columns' | 'table' | 'routing';
    readonly title: string;
    readonly reason: string;
    readonly fix: string;
}

// RuleId
type RuleId = keyof typeof RULES;

// RuleSeverity
type RuleSeverity = 'breaking' | 'warning' | 'compatible' | 'error';

// canonicalJson
declare function canonicalJson(value: unknown): string;

// columnOf
declare function columnOf({ columns }: TopicContract, name: string): ContractColumn | undefined;

// columnRenames
declare function columnRenames(base: TopicContract, head: TopicContract): Map<string, string>;

// formatContract
declare function formatContract(text: string, { path }: {
    readonly path: string;
}): string | null;

// lintContract
declare function lintContract(base: TopicContract | null, head: TopicContract, { history }?: LintOptions): LintResult;

// parseContract
declare function parseContract(text: string, options: ParseContractOptions): TopicContract;

// parseContractDocument
declare function parseContractDocument(text: string, { path, openApi }: ParseContractOptions): ParsedContract;
