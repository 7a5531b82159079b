/** Values of several sources, each in ascending order, in one ascending order; a source is read on as it runs dry. */
export async function* mergeSorted(sources: readonly AsyncGenerator<string[]>[]): AsyncGenerator<string> {
  const heads = await Promise.all(sources.map((source) => nextPage({ source, page: [], at: 0 })));
  let open = heads.filter((head) => head !== null);
  while (open.length > 0) {
    let least = open[0]!;
    for (const head of open) if (currentOf(head) < currentOf(least)) least = head;
    yield currentOf(least);
    least.at += 1;
    if (least.at === least.page.length && (await nextPage(least)) === null) {
      open = open.filter((head) => head !== least);
    }
  }
}

interface Head {
  readonly source: AsyncGenerator<string[]>;
  page: string[];
  at: number;
}

const currentOf = (head: Head): string => head.page[head.at]!;

/** Moves on to the next page that is not empty; null where there is none. */
async function nextPage(head: Head): Promise<Head | null> {
  for (;;) {
    const { done, value } = await head.source.next();
    if (done === true) return null;
    if (value.length === 0) continue;
    head.page = value;
    head.at = 0;
    return head;
  }
}
