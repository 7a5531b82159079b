/** The name that somebody has probably meant: at most two letters are others, more or fewer. Null where there is none. */
export function nearestName(given: string, names: readonly string[]): string | null {
  let [nearest, least] = [null as string | null, 3];
  for (const name of names) {
    if (Math.abs(name.length - given.length) >= least) continue;
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < least && distance < name.length) [nearest, least] = [name, distance];
  }
  return nearest;
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let index = 1; index <= other.length; index++) {
      const replaced = row[index - 1]! + (one[at - 1] === other[index - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[index]! + 1, next[index - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
