import type { EventSource, Version } from '../event/event-source.js';
import { removeAt, setAt, valueAt } from '../profile/json-tree.js';
import type { GovernedPath } from '../profile/topic-profile.js';
import { type Delay, fails, holds, type Incident, received, type Scenario, sequence } from './scenario.js';

const MINUTE = 60_000_000;

/** Takes a critical data element away: missing, null, or, where the contract counts that as missing, blank. */
function violate(event: EventSource, version: Version): GovernedPath {
  const critical = event.random.pick(event.profile.critical);
  const blankCounts =
    event.profile.contract.columns[critical.column]?.cde === 'nonblank' &&
    typeof valueAt(version.payload, critical.path) === 'string';
  const kind = event.random.pick(blankCounts ? ['missing', 'null', 'blank'] : ['missing', 'null']);
  if (kind === 'missing') removeAt(version.payload, critical.path);
  else setAt(version.payload, critical.path, kind === 'null' ? null : event.random.pick(['', '   ']));
  return critical;
}

function violation(event: EventSource): Incident {
  const version = event.version(1);
  const { column } = violate(event, version);
  const sqsMessageId = event.sqsMessageId(0);
  return {
    messages: [{ body: event.body(version), sqsMessageId, delay: 'now' }],
    expect: [...received(sqsMessageId), ...fails(event, version, column)],
  };
}

/** A violation and the correction that mends it: nothing is left open. */
function mended(event: EventSource, delay: Delay): Incident {
  const broken = event.version(1);
  violate(event, broken);
  const repaired = event.version(2, { updatedAfterMicros: 5 * MINUTE });
  const messages = sequence(event, [event.body(broken), event.body(repaired)], delay);
  return {
    messages,
    expect: [...received(...messages.map((message) => message.sqsMessageId)), ...holds(event, repaired)],
  };
}

/** A correction that is worse than what it corrects: Curated must not go on showing the old version. */
function failingCorrection(event: EventSource, delay: Delay): Incident {
  const good = event.version(1);
  const worse = event.version(2, { updatedAfterMicros: 5 * MINUTE });
  const { column } = violate(event, worse);
  const messages = sequence(event, [event.body(good), event.body(worse)], delay);
  return {
    messages,
    expect: [...received(...messages.map((message) => message.sqsMessageId)), ...fails(event, worse, column)],
  };
}

export const QUALITY: readonly Scenario[] = [
  { name: 'violation', faultClass: 'cde-violation', share: 0.8, messages: 1, build: violation },
  {
    name: 'mended-soon',
    faultClass: 'cde-violation',
    share: 0.1,
    messages: 2,
    build: (event) => mended(event, 'soon'),
  },
  {
    name: 'mended-later',
    faultClass: 'cde-violation',
    share: 0.1,
    messages: 2,
    build: (event) => mended(event, 'later'),
  },
  {
    name: 'worse-soon',
    faultClass: 'failing-correction',
    share: 0.4,
    messages: 2,
    build: (event) => failingCorrection(event, 'soon'),
  },
  {
    name: 'worse-later',
    faultClass: 'failing-correction',
    share: 0.6,
    messages: 2,
    build: (event) => failingCorrection(event, 'later'),
  },
];
