/**
 * Works on several items at once and gives the results in the items' order. What was begun is always waited for, also
 * when one fails or the consumer stops.
 */
export async function* mapConcurrently<Item, Result>(
  items: AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Looked at in its turn; until then its failure is not unhandled.
      result.catch(() => {});
      begun.push(result);
      if (begun.length >= concurrency) yield await (begun.shift() as Promise<Result>);
    }
    while (begun.length > 0) yield await (begun.shift() as Promise<Result>);
  } finally {
    await Promise.allSettled(begun);
  }
}
