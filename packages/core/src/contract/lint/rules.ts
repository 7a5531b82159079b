/**
 * `breaking`: rows that are there would have to be made anew. `warning`: nothing has to be made anew, and somebody should
 * know. `compatible`: a deploy does it in place. `error`: the documents do not fit together.
 */
export type RuleSeverity = 'breaking' | 'warning' | 'compatible' | 'error';

/** What a change of a contract means. */
export interface Rule {
  readonly severity: RuleSeverity;
  /** Whether the governed columns change, or only how the topic is run. */
  readonly concerns: 'columns' | 'table' | 'routing';
  /** What happened, in a few words. */
  readonly title: string;
  /** Why it is what it is. */
  readonly reason: string;
  /** What to do. */
  readonly fix: string;
}

const REBUILD =
  'Declare it with a new `reset` (justification and impact): a deploy then rebuilds the tables from RAW. Or take the change back.';
const HISTORY =
  'Check the rows that are there with `--warehouse`: where all of them pass, this is a warning.';

/** Every rule of the linter. Source: docs/schema_management.md, "What breaks". */
export const RULES = {
  COLUMN_ADDED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a column is new',
    reason: 'A new optional column is null in rows written before, until a rebuild.',
    fix: 'Nothing to do. Rebuild the topic if old rows should have it too.',
  },
  COLUMN_ADDED_CDE: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a new column must not be missing',
    reason: 'Rows that are there have no value for it, and a critical data element must have one.',
    fix: `Add it without \`cde\` first and make it one when producers send it. ${HISTORY}`,
  },
  COLUMN_REMOVED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a column is gone',
    reason: 'Whoever reads it fails, and a column that comes back under its name would be another one.',
    fix: REBUILD,
  },
  COLUMN_RENAMED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a column has another name',
    reason: 'It reads what the old one read, so it is the same column (by field id) under a new name.',
    fix: 'Nothing to do here. Queries that use the old name have to be changed.',
  },
  PATH_ADDED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a column is looked for in one more place',
    reason:
      'Every place it was found in before is still looked at, in the same order, and before the new one.',
    fix: 'Nothing to do.',
  },
  PATH_PREFERRED: {
    severity: 'warning',
    concerns: 'columns',
    title: 'a column is looked for in a new place first',
    reason: 'Rows that are there and have a value in both places hold that of the old one, until a rebuild.',
    fix: 'Put the new place behind the old ones, among `aliases`: that changes no row. Or rebuild the topic.',
  },
  PATH_CHANGED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a column is read from elsewhere',
    reason:
      'Rows that are there were read from a place that is no longer looked at, or comes in another order.',
    fix: 'Keep the old path among `aliases`, in its order. Else: declare it with a new `reset`.',
  },
  TYPE_WIDENED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a type is wider',
    reason: 'Every value of the old type is one of the new type, and the table format widens in place.',
    fix: 'Nothing to do.',
  },
  TYPE_CHANGED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a column has another type',
    reason:
      'Only int to long, float to double and decimals of more digits with the same scale can be changed in place.',
    fix: `Add a new column with the new type beside it. ${REBUILD}`,
  },
  CAST_CHANGED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'texts are cast in another way',
    reason: 'The same text gives another value than in the rows that are there, or none.',
    fix: REBUILD,
  },
  CAST_LOOSENED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'more texts are accepted',
    reason: 'What was accepted before gives the same value as before.',
    fix: 'Nothing to do: rows that failed are decided again.',
  },
  CDE_ADDED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a column must not be missing any more',
    reason: 'Rows that are there may lack it, and Curated must not hold what its contract forbids.',
    fix: `${HISTORY} ${REBUILD}`,
  },
  CDE_REMOVED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a column may be missing',
    reason: 'Every row that passed still passes.',
    fix: 'Nothing to do: rows that failed are decided again.',
  },
  ENUM_NARROWED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'fewer values are allowed',
    reason: 'Rows that are there may hold a value that is not allowed any more.',
    fix: `${HISTORY} ${REBUILD}`,
  },
  ENUM_WIDENED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'more values are allowed',
    reason: 'Every row that passed still passes.',
    fix: 'Nothing to do: rows that failed are decided again.',
  },
  NULLED_ALLOWED: {
    severity: 'warning',
    concerns: 'columns',
    title: 'values that became null are allowed',
    reason:
      'Rows that are there hold null in their place, until a rebuild: what was no error is not decided again.',
    fix: 'Rebuild the topic where old rows should have them.',
  },
  UNKNOWN_REFUSED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'values outside the enum are refused',
    reason: 'They were written as null, and would now be errors.',
    fix: REBUILD,
  },
  UNKNOWN_AS_NULL: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'values outside the enum become null',
    reason: 'Every row that passed still passes.',
    fix: 'Nothing to do: rows that failed are decided again.',
  },
  RANGE_NARROWED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a range is smaller',
    reason: 'Rows that are there may hold a value outside it.',
    fix: `${HISTORY} ${REBUILD}`,
  },
  RANGE_WIDENED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a range is larger',
    reason: 'Every row that passed still passes.',
    fix: 'Nothing to do: rows that failed are decided again.',
  },
  PATTERN_CHANGED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a pattern is new or another one',
    reason: 'Nobody can say of two patterns that one accepts all that the other does.',
    fix: `${HISTORY} ${REBUILD}`,
  },
  PATTERN_REMOVED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a pattern is gone',
    reason: 'Every row that passed still passes.',
    fix: 'Nothing to do: rows that failed are decided again.',
  },
  SENSITIVITY_LOOSENED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'a column shows more than before',
    reason: 'Who may read the table was decided for a column that hid it, and old rows hide it still.',
    fix: REBUILD,
  },
  SENSITIVITY_TIGHTENED: {
    severity: 'warning',
    concerns: 'columns',
    title: 'a column hides more than before',
    reason: 'Rows written before still show what they showed, until a rebuild.',
    fix: 'Declare it with a new `reset` if old rows must hide it too.',
  },
  SENSITIVITY_RETYPED: {
    severity: 'breaking',
    concerns: 'columns',
    title: 'masking changes what is stored of a column',
    reason: 'A masked value is text, and a dropped one is not there: the stored column is another one.',
    fix: REBUILD,
  },
  DEFAULT_CHANGED: {
    severity: 'compatible',
    concerns: 'columns',
    title: 'a default is new, gone or another one',
    reason: 'A default applies to rows written from now on; those that are there stay as they are.',
    fix: 'Nothing to do. Rebuild the topic if old rows should have it too.',
  },
  KEY_CHANGED: {
    severity: 'breaking',
    concerns: 'table',
    title: 'rows have another key',
    reason: 'Which rows are versions of one another is decided by the key.',
    fix: REBUILD,
  },
  ORDER_CHANGED: {
    severity: 'breaking',
    concerns: 'table',
    title: 'another version is the newest',
    reason:
      'Which version of a row stays is decided by the order, and by the types it is compared by: what is too large for an int is no value, and the oldest.',
    fix: REBUILD,
  },
  ENVELOPE_CHANGED: {
    severity: 'breaking',
    concerns: 'table',
    title: 'bodies are unwrapped in another way',
    reason:
      'The same body has another payload from now on. RAW holds payloads as they were unwrapped when they came, so that a rebuild does not unwrap them again.',
    fix: `Look whether the rows that are there fit the contract. ${REBUILD}`,
  },
  FLATTEN_CHANGED: {
    severity: 'breaking',
    concerns: 'table',
    title: 'payloads are flattened to other limits',
    reason: 'The same payload has other columns in Standardized.',
    fix: REBUILD,
  },
  PARTITION_CHANGED: {
    severity: 'breaking',
    concerns: 'table',
    title: 'tables are partitioned in another way, or by something else',
    reason: 'Rows that are there lie in the old partitions, and writers look for versions of a row by them.',
    fix: REBUILD,
  },
  ROUTING_CHANGED: {
    severity: 'compatible',
    concerns: 'routing',
    title: 'the topic is run in another way',
    reason: 'Owner, engine, quality thresholds and correction window change no row.',
    fix: 'Nothing to do.',
  },
  RESET_NOT_NEEDED: {
    severity: 'warning',
    concerns: 'routing',
    title: 'a reset is declared for nothing',
    reason: 'No change needs one, so none is done; left in the contract, it says what is not so.',
    fix: 'Take `reset` out.',
  },
  RESET_STALE: {
    severity: 'warning',
    concerns: 'routing',
    title: 'the declared reset is that of an earlier version',
    reason: 'A declaration is for one change. The one that stands here was there before this change.',
    fix: 'Write what this change is for and what it does into `reset`.',
  },
  VERSION_NOT_RAISED: {
    severity: 'error',
    concerns: 'routing',
    title: 'the version is not higher than before',
    reason: 'A version names one contract for ever: rows say by it which contract they were written under.',
    fix: 'Raise `version`: the first number for a breaking change, the second for a compatible one.',
  },
  TOPIC_CHANGED: {
    severity: 'error',
    concerns: 'routing',
    title: 'the contracts are of two topics',
    reason: 'A topic has its tables; another topic is another contract.',
    fix: 'Compare contracts of one topic.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;
