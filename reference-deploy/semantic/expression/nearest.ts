const FEW = 12;

/** What a name that is not known may have meant: `: did you mean x?`, or all there are where they are few. */
export function nearest(name: string, known: readonly string[]): string {
  const best = known
    .map((candidate) => ({ candidate, distance: distance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))[0];
  if (best !== undefined && best.distance <= Math.max(1, Math.floor(name.length / 3)))
    return `: did you mean ${best.candidate}?`;
  return known.length <= FEW ? `; there are ${known.join(', ')}` : '';
}

/** Letters to change, add or leave out. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1)
      next.push(
        Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[right.length]!;
}
