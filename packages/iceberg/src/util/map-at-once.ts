import pLimit from 'p-limit';

/** Maps items, some of them at once, and gives the results in their order. Nothing more is begun after a failure. */
export async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limit = pLimit(atOnce);
  const mapOne = async (item: Item): Promise<Result> => {
    try {
      return await map(item);
    } catch (error) {
      limit.clearQueue();
      throw error;
    }
  };
  return Promise.all(items.map((item) => limit(mapOne, item)));
}
