// Rows of the table that all benches share. A ratio above 1 always means that we are better.
import { median } from './harness.mjs';

/**
 * Ours beside a peer's, where less is better. Figures are one number or those of several runs, of which the median
 * counts and the least and most are shown.
 */
export function compared(name, peer, ours, theirs, { floor = null, goal = null, unit = 's' } = {}) {
  const [mine, other] = [figuresOf(ours), figuresOf(theirs)];
  const ratio = other.median / mine.median;
  return {
    name,
    peer,
    ours: mine.median,
    theirs: other.median,
    unit,
    ratio,
    floor,
    goal,
    holds: floor === null ? null : ratio >= floor,
    oursSpread: mine.spread,
    theirsSpread: other.spread,
  };
}

/** A figure that must stay below a limit; `goal` is the limit we would like. */
export function bounded(name, ours, { limit, goal = null, unit, peer = 'limit' }) {
  return compared(name, peer, ours, limit, { floor: 1, goal: goal === null ? null : limit / goal, unit });
}

/** A figure that must be at least so much; `goal` is what we would like. */
export function reached(name, ours, { least, goal = null, unit }) {
  const mine = figuresOf(ours);
  const ratio = mine.median / least;
  return {
    ...alone(name, ours, unit),
    peer: 'at least',
    theirs: least,
    ratio,
    floor: 1,
    goal: goal === null ? null : goal / least,
    holds: ratio >= 1,
  };
}

/** A figure with nothing beside it. */
export function alone(name, ours, unit) {
  const mine = figuresOf(ours);
  const none = { theirs: null, ratio: null, floor: null, goal: null, holds: null };
  return { name, peer: '', ours: mine.median, unit, ...none, oursSpread: mine.spread, theirsSpread: null };
}

function figuresOf(figures) {
  const all = [figures].flat();
  return { median: median(all), spread: all.length > 1 ? [Math.min(...all), Math.max(...all)] : null };
}
