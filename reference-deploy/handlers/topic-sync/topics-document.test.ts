import { describe, expect, it } from 'vitest';
import { parseTopicsDocument } from './topics-document.js';

const parse = (document: unknown) => parseTopicsDocument(JSON.stringify(document), 'topics.json');
const withTopics = (...topics: unknown[]) => ({ formatVersion: 1, topics });

describe('parseTopicsDocument', () => {
  it('reads a topic of which everything is said', () => {
    const topic = {
      queueTopic: 'user-logins',
      fifo: true,
      envelope: 'wrapped',
      engine: 'spark',
      schedule: 'hourly',
      freshnessObjectiveSeconds: 900,
      contract: 'contracts/user-logins.json',
    };
    expect(parse(withTopics(topic))).toEqual([{ ...topic, topic: 'user_logins' }]);
  });

  it('takes null and absent for the same, and passes over what it does not know', () => {
    const sparse = { queueTopic: 'orders', envelope: null, contract: null, mapping: { batchSize: 10 } };
    expect(parse(withTopics(sparse))).toEqual([
      { queueTopic: 'orders', topic: 'orders', fifo: false, contract: null },
    ]);
    expect(parse(withTopics())).toEqual([]);
  });

  it.each([
    ['no JSON at all', 'not JSON', /format version 1/],
    ['another format version', JSON.stringify({ formatVersion: 2, topics: [] }), /format version 1/],
    ['null', 'null', /format version 1/],
    ['a topic without a name', JSON.stringify(withTopics({})), /topics\[0\] has no queueTopic/],
    ['a null topic', JSON.stringify(withTopics(null)), /topics\[0\] has no queueTopic/],
    ['a name no table can have', JSON.stringify(withTopics({ queueTopic: '1st' })), /cannot name a table/],
    [
      'two spellings of one table',
      JSON.stringify(withTopics({ queueTopic: 'a-b' }, { queueTopic: 'a_b' })),
      /a_b and a-b would share table a_b/,
    ],
    [
      'values of another kind, all of them said',
      JSON.stringify(
        withTopics({
          queueTopic: 'a',
          fifo: 'yes',
          envelope: 'thick',
          schedule: 'weekly',
          freshnessObjectiveSeconds: 0,
        }),
      ),
      /fifo is "yes".*envelope is "thick": it takes auto, bare, wrapped.*schedule is "weekly": it takes every-round, hourly, daily.*freshnessObjectiveSeconds is 0/,
    ],
  ])('refuses %s', (_what, text, message) => {
    const read = () => parseTopicsDocument(text, 'topics.json');
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'TOPICS_DOCUMENT_INVALID' }));
  });
});
