import type { Journal, JournalDocument, JournalStore } from '../../ports/journal-store.js';
import type { Clock, Random } from '../../ports/runtime.js';
import { documentAttribute, readDocument } from './document.js';
import type { DynamoDbTable, Expression } from './dynamodb-table.js';
import { checkItemSize, digits, type Item, type Key, keyItem, readText, text } from './item.js';
import { TTL_ATTRIBUTE } from './table-definition.js';

const JOURNALS = 'journals';
const TOMBSTONE_TTL_MS = 7 * 24 * 3_600_000;

/**
 * Journals in one partition. A removed one leaves a mark for some days: the mark is a conditional put like every other
 * write, so that a removal whose answer was lost is recognised, which a deleted item would not allow.
 */
export function dynamoDbJournalStore(table: DynamoDbTable, clock: Clock, random: Random): JournalStore {
  const find = async (name: string): Promise<Journal | null> => {
    const item = await table.get(keyOf(name));
    return item === null || isRemoved(item) ? null : journalOf(item);
  };
  const write = async (
    name: string,
    document: JournalDocument,
    expression: Expression,
  ): Promise<Journal | null> => {
    const revision = random.uuid();
    const item = { ...keyItem(keyOf(name)), revision: text(revision), ...documentAttribute(document) };
    checkItemSize(item, `journal ${name}`);
    if (!(await table.putIf(item, expression))) return null;
    return { name, revision, document: readDocument(item) as JournalDocument };
  };
  return {
    get: find,
    async create(name, document) {
      return await write(name, document, {
        condition: 'attribute_not_exists(pk) OR attribute_exists(removed)',
      });
    },
    async replace(journal, document) {
      return await write(journal.name, document, isStill(journal));
    },
    async remove(journal) {
      const mark: Item = {
        ...keyItem(keyOf(journal.name)),
        revision: text(random.uuid()),
        removed: { BOOL: true },
        [TTL_ATTRIBUTE]: digits(Math.floor((clock.now() + TOMBSTONE_TTL_MS) / 1000)),
      };
      return await table.putIf(mark, isStill(journal));
    },
    async list(prefix) {
      const items = await table.partition(JOURNALS, prefix);
      return items.filter((item) => !isRemoved(item)).map((item) => readText(item, 'sk'));
    },
  };
}

function isStill({ revision }: Journal): Expression {
  return { condition: 'revision = :revision', values: { ':revision': text(revision) } };
}

function isRemoved(item: Item): boolean {
  return item['removed']?.BOOL === true;
}

function journalOf(item: Item): Journal {
  return {
    name: readText(item, 'sk'),
    revision: readText(item, 'revision'),
    document: readDocument(item) as JournalDocument,
  };
}

function keyOf(name: string): Key {
  return { pk: JOURNALS, sk: name };
}
