/**
 * `value` rounded down to a multiple of a power of two that is at most `value / parts` and at least
 * `leastStep`: figures that drift all the time keep still until they have moved by a part that matters.
 */
export function coarse(value: number, parts: number, leastStep: number): number {
  return floorTo(value, stepOf(value, parts, leastStep));
}

/** The same with the step taken from a whole that does not move: free space of a disk of `whole` bytes. */
export function coarseOf(value: number, whole: number, parts: number, leastStep: number): number {
  return floorTo(value, stepOf(whole, parts, leastStep));
}

function stepOf(size: number, parts: number, leastStep: number): number {
  const share = size / parts;
  return share > leastStep ? 2 ** Math.floor(Math.log2(share)) : leastStep;
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}
