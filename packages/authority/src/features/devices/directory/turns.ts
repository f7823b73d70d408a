/** Lets one piece of work in after the other, in the order in which they came. */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // Whoever waits for the result hears of its failure; the next one only waits for its end.
    last = result.catch(() => {});
    return result;
  };
}
