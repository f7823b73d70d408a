/** Lets works through one at a time, in the order in which they come; a failure does not hold up the next. */
export function createSingleFile(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => {}); // its own caller has it
    return result;
  };
}
