import type { DocumentPath } from '../document.js';
import { RULES, type RuleId, type RuleSeverity } from './rules.js';

/** A question that only the rows of a warehouse can answer: do all of them pass this check of this column? */
export interface HistoryQuestion {
  readonly column: string;
  readonly check: 'cde' | 'enum' | 'range' | 'pattern';
}

/** What the rows of a warehouse say. */
export interface HistoryAnswer {
  /** Rows that were looked at. */
  readonly rows: number;
  /** Rows that would not pass. */
  readonly failing: number;
  /** Some of the values that would not. */
  readonly samples: readonly string[];
  /** What else is known, for people. */
  readonly note?: string;
}

/** A change that a rule has something to say about. */
export interface LintFinding {
  readonly rule: RuleId;
  /** The rule's, or `warning` where history showed that no row is in the way. */
  readonly severity: RuleSeverity;
  /** What changed, of which column, from what to what. */
  readonly message: string;
  readonly column: string | null;
  /** Which document `path` is in: what is gone stands in the old one only. */
  readonly document: 'base' | 'head';
  readonly path: DocumentPath;
  readonly history: HistoryAnswer | null;
}

/** A change before it is judged. */
export interface Change {
  readonly rule: RuleId;
  readonly message: string;
  readonly column?: string;
  readonly document?: 'base' | 'head';
  readonly path: DocumentPath;
  readonly question?: HistoryQuestion;
}

/** Judges a change by its rule, and by history where that was asked. */
export function findingOf(
  { rule, message, column = undefined, document = 'head', path, question }: Change,
  answer: (question: HistoryQuestion) => HistoryAnswer | null,
): LintFinding {
  const history = question === undefined ? null : answer(question);
  const holds = history !== null && history.failing === 0;
  return {
    rule,
    severity: holds ? 'warning' : RULES[rule].severity,
    message: history === null ? message : `${message}; ${historyText(history)}`,
    column: column ?? null,
    document,
    path,
    history,
  };
}

function historyText({ rows, failing, samples, note }: HistoryAnswer): string {
  const all = rows.toLocaleString('en');
  if (failing === 0) return `all ${all} rows that are there pass`;
  const some =
    samples.length === 0 ? '' : `, such as ${samples.map((value) => JSON.stringify(value)).join(', ')}`;
  const more = note === undefined ? '' : `; ${note}`;
  return `${failing.toLocaleString('en')} of ${all} rows that are there do not pass${some}${more}`;
}
