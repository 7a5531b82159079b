// A repository of contracts as it was and as it is after a day of compatible changes, in any of the forms contracts have.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COLUMNS = 40;
const KINDS = [
  ['string', { type: 'string' }],
  ['int', { type: 'integer', format: 'int32' }],
  ['timestamptz', { type: 'string', format: 'date-time' }],
  ['double', { type: 'number' }],
  ['boolean', { type: 'boolean' }],
];

/** Writes `count` contracts of some 40 columns into `folder`, `old` and `new`; every fourth gets a column more. */
export function writeRepository(folder, { count, form }) {
  for (const side of ['old', 'new']) {
    mkdirSync(join(folder, side), { recursive: true });
    for (let topic = 0; topic < count; topic += 1) {
      const isChanged = side === 'new' && topic % 4 === 0;
      WRITERS[form](join(folder, side), `topic_${topic}`, {
        columns: COLUMNS + (isChanged ? 1 : 0),
        version: isChanged ? '1.1.0' : '1.0.0',
      });
    }
  }
  return { base: join(folder, 'old'), head: join(folder, 'new') };
}

function contract(topic, { columns, version }) {
  const all = Array.from({ length: columns }, (_, index) => {
    const [type] = KINDS[index % KINDS.length];
    const checks =
      index === 5 ? { enum: ['a', 'b', 'c'] } : index === 10 ? { pattern: '[A-Z]{2}[0-9]+' } : {};
    return [
      `field_${index}`,
      { type, path: `$.event.field${index}`, ...(index < 3 ? { cde: true } : {}), ...checks },
    ];
  });
  return {
    topic,
    version,
    owner: 'team-bench',
    key: '$.event.field0',
    columns: Object.fromEntries(all),
    quality: { cdeSpikeThreshold: 0.05 },
  };
}

function yamlOf({ columns, quality, ...members }) {
  const lines = Object.entries(members).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const each = Object.entries(columns).map(
    ([name, column]) => `  ${name}: ${JSON.stringify(column)} # as seen`,
  );
  return [...lines, 'columns:', ...each, `quality: ${JSON.stringify(quality)}`, ''].join('\n');
}

function openApi(topic, { columns, version }) {
  const properties = Object.fromEntries(
    Array.from({ length: columns }, (_, index) => [`field${index}`, KINDS[index % KINDS.length][1]]),
  );
  const event = {
    type: 'object',
    required: ['event'],
    properties: { event: { $ref: '#/components/schemas/Event' } },
  };
  const schemas = { Message: event, Event: { type: 'object', required: ['field0', 'field1'], properties } };
  return { openapi: '3.1.0', info: { title: topic, version }, components: { schemas } };
}

const WRITERS = {
  json: (folder, topic, options) =>
    writeFileSync(join(folder, `${topic}.json`), JSON.stringify(contract(topic, options), null, 2)),
  yaml: (folder, topic, options) =>
    writeFileSync(join(folder, `${topic}.yaml`), yamlOf(contract(topic, options))),
  openapi: (folder, topic, options) => {
    writeFileSync(join(folder, `${topic}.json`), JSON.stringify(openApi(topic, options), null, 2));
    const metadata = { source_topics: [topic], owner: 'team-bench', key: '$.event.field0' };
    writeFileSync(join(folder, `${topic}.metadata.json`), JSON.stringify(metadata, null, 2));
  },
};
