import { type EventSource, textsAt, type Version } from '../event/event-source.js';
import type { Expectation } from '../ground-truth.js';
import { type JsonNode, removeAt, setAt, standardizedText, valueAt } from '../profile/json-tree.js';
import { fails, holds, type Incident, received, type Scenario } from './scenario.js';

/** One message whose version was changed; `expect` says what must come of it. */
function single(event: EventSource, version: Version, expect: readonly Expectation[]): Incident {
  const sqsMessageId = event.sqsMessageId(0);
  return {
    messages: [{ body: event.body(version), sqsMessageId, delay: 'now' }],
    expect: [...received(sqsMessageId), ...expect],
  };
}

const NEW_FIELDS: readonly { path: string; value: (event: EventSource) => JsonNode }[] = [
  { path: '$.uptimeSeconds', value: (event) => event.random.below(10_000_000) },
  { path: '$.diagnostics.heap.free', value: (event) => event.random.below(65_536) },
  { path: '$.Release-Channel', value: (event) => event.random.pick(['stable', 'beta']) },
  { path: '$.calibrated', value: (event) => event.random.below(2) === 0 },
];

function added(event: EventSource): Incident {
  const version = event.version(1);
  const field = event.random.pick(NEW_FIELDS);
  setAt(version.payload, field.path, field.value(event));
  return single(event, version, [
    ...holds(event, version, { standardized: textsAt(version.payload, field.path) }),
    { at: 'drift-log', kind: 'COLUMN_ADDED', path: field.path },
  ]);
}

function vanished(event: EventSource): Incident {
  const version = event.version(1);
  const { path, column } = event.profile.optional;
  removeAt(version.payload, path);
  return single(
    event,
    version,
    holds(event, version, { standardized: { [path]: null }, curated: { [column]: null } }),
  );
}

/** A governed field under its alias: gone from the old path, and the same in Curated. */
function moved(event: EventSource, from: { path: string; alias: string; column: string }): Incident {
  const version = event.version(1);
  const value = removeAt(version.payload, from.path);
  setAt(version.payload, from.alias, value);
  const text = standardizedText(value);
  return single(
    event,
    version,
    holds(event, version, {
      standardized: { [from.path]: null, [from.alias]: text },
      curated: { [from.column]: text },
    }),
  );
}

/** A number sent as text reads the same in Standardized, so the contract still takes it. */
function numberAsText(event: EventSource): Incident {
  const version = event.version(1);
  const { path, column } = event.profile.integer;
  const text = JSON.stringify(valueAt(version.payload, path));
  setAt(version.payload, path, text);
  return single(
    event,
    version,
    holds(event, version, { standardized: { [path]: text }, curated: { [column]: text } }),
  );
}

function scalarAsObject(event: EventSource): Incident {
  const version = event.version(1);
  const path = event.profile.loose;
  const value = valueAt(version.payload, path);
  setAt(version.payload, path, { value, unit: 'SI' });
  return single(
    event,
    version,
    holds(event, version, {
      standardized: { [path]: null, [`${path}.value`]: standardizedText(value), [`${path}.unit`]: 'SI' },
    }),
  );
}

function numberAsWords(event: EventSource): Incident {
  const version = event.version(1);
  const { path, column } = event.profile.integer;
  setAt(version.payload, path, event.random.pick(['n/a', 'unknown', '12.5', '9e99']));
  return single(event, version, fails(event, version, column));
}

function collided(event: EventSource): Incident {
  const version = event.version(1);
  const { path, rival } = event.profile.collision;
  setAt(version.payload, rival, `rival-${event.random.hex(4)}`);
  return single(event, version, [
    ...holds(event, version, { standardized: textsAt(version.payload, path, rival) }),
    { at: 'drift-log', kind: 'NAME_COLLISION', path: rival },
  ]);
}

/** The same key twice in one object: the last one counts. */
function duplicateKey(event: EventSource): Incident {
  const version = event.version(1);
  const text = JSON.stringify(version.payload).replace('{', '{"eventType":"Stale",');
  const sqsMessageId = event.sqsMessageId(0);
  return {
    messages: [
      { body: event.bodyOf(text, { fields: event.fields(version.messageId) }), sqsMessageId, delay: 'now' },
    ],
    expect: [
      ...received(sqsMessageId),
      ...holds(event, version, { standardized: textsAt(version.payload, '$.eventType') }),
      { at: 'drift-log', kind: 'DUPLICATE_KEY', path: '$.eventType' },
    ],
  };
}

/** Half of a surrogate pair: UTF-8 cannot hold it, so its JSON token is kept. */
function loneSurrogate(event: EventSource): Incident {
  const version = event.version(1);
  const comment = `cut off \ud83d ${event.random.hex(4)}`;
  setAt(version.payload, '$.comment', comment);
  return single(event, version, [
    ...holds(event, version, { standardized: { '$.comment': JSON.stringify(comment) } }),
    { at: 'drift-log', kind: 'LONE_SURROGATE', path: '$.comment' },
  ]);
}

export const DRIFT: readonly Scenario[] = [
  { name: 'new', faultClass: 'schema-drift-new', build: added, laterRounds: true, share: 1, messages: 1 },
  {
    name: 'vanished',
    faultClass: 'schema-drift-vanished',
    build: vanished,
    laterRounds: true,
    share: 1,
    messages: 1,
  },
  {
    name: 'renamed',
    faultClass: 'schema-drift-renamed',
    share: 1,
    messages: 1,
    laterRounds: true,
    build: (event) => moved(event, event.profile.renamed),
  },
  {
    name: 'nested-deeper',
    faultClass: 'schema-drift-nested',
    share: 1,
    messages: 1,
    laterRounds: true,
    build: (event) => moved(event, event.profile.nested),
  },
  ...(
    [
      ['number-as-text', numberAsText, 0.4],
      ['scalar-as-object', scalarAsObject, 0.4],
      ['number-as-words', numberAsWords, 0.2],
    ] as const
  ).map(
    ([name, build, share]): Scenario => ({
      name,
      faultClass: 'schema-drift-type-changed',
      share,
      messages: 1,
      laterRounds: true,
      build,
    }),
  ),
  { name: 'collided', faultClass: 'name-collision', build: collided, share: 1, messages: 1 },
  { name: 'duplicate-key', faultClass: 'duplicate-key', build: duplicateKey, share: 1, messages: 1 },
  { name: 'lone-surrogate', faultClass: 'lone-surrogate', build: loneSurrogate, share: 1, messages: 1 },
];
