/** What a name that is not known was probably meant to be: the nearest of those that are, if one is near. */
export function suggest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length * 0.4)) + 1;
  for (const candidate of known) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const meant = suggest(name, known);
  return meant === null ? '' : ` Did you mean ${JSON.stringify(meant)}?`;
}

/** Letters to add, drop, change or swap with their neighbours (optimal string alignment). */
function distance(left: string, right: string): number {
  let before: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const line = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let steps = Math.min(line[column - 1]! + 1, last[column]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) steps = Math.min(steps, before[column - 2]! + 1);
      line.push(steps);
    }
    [before, last] = [last, line];
  }
  return last[right.length]!;
}
