import type { GroundTruthRecord } from '../ground-truth.js';

/** What the ground truth asks about one topic's tables: only this is kept while they are read. */
export interface WantedOfTopic {
  readonly sqsMessageIds: Set<string>;
  /** Message ids of parse errors. */
  readonly parseErrors: Set<string>;
  /** Merge key → JSON paths and envelope columns. */
  readonly standardized: Map<string, Set<string>>;
  /** Merge key → columns. */
  readonly curated: Map<string, Set<string>>;
  /** Merge keys. */
  readonly errors: Set<string>;
}

export interface Wanted {
  readonly topics: ReadonlyMap<string, WantedOfTopic>;
  readonly quarantined: ReadonlySet<string>;
}

/** Reads the ground truth once and collects what to look for. */
export function wantedBy(groundTruth: Iterable<GroundTruthRecord>): Wanted {
  const topics = new Map<string, WantedOfTopic>();
  const quarantined = new Set<string>();
  for (const { topic, expect } of groundTruth) {
    const wanted = topics.get(topic) ?? nothing();
    topics.set(topic, wanted);
    for (const expectation of expect) {
      switch (expectation.at) {
        case 'raw':
          wanted.sqsMessageIds.add(expectation.sqsMessageId);
          break;
        case 'quarantine':
          wanted.sqsMessageIds.add(expectation.sqsMessageId);
          quarantined.add(expectation.sqsMessageId);
          break;
        case 'parse-errors':
          wanted.parseErrors.add(expectation.messageId);
          break;
        case 'standardized':
        case 'curated':
          ask(wanted[expectation.at], expectation.mergeKey, Object.keys(expectation.values ?? {}));
          break;
        case 'errors':
          wanted.errors.add(expectation.mergeKey);
          break;
        case 'drift-log':
          break;
      }
    }
  }
  return { topics, quarantined };
}

function ask(wanted: Map<string, Set<string>>, key: string, values: readonly string[]): void {
  const asked = wanted.get(key);
  if (asked === undefined) wanted.set(key, new Set(values));
  else for (const value of values) asked.add(value);
}

function nothing(): WantedOfTopic {
  return {
    sqsMessageIds: new Set(),
    parseErrors: new Set(),
    standardized: new Map(),
    curated: new Map(),
    errors: new Set(),
  };
}
