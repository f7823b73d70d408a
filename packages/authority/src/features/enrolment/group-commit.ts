/**
 * Commits what is asked for together: while one commit runs, requests gather, and the next commit takes all
 * of them. Under load the cost of a commit is shared; alone, a request waits for nothing.
 *
 * `commit` answers each item in order, with a value or with the error of that item alone; when it rejects,
 * every item of the group does.
 */
export function createGroupCommit<Item, Value>(
  commit: (items: readonly Item[]) => Promise<readonly (Value | Error)[]>,
  maxItems: number,
): (item: Item) => Promise<Value> {
  interface Waiting {
    readonly item: Item;
    resolve(value: Value): void;
    reject(error: unknown): void;
  }
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function drain(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, maxItems);
      try {
        const outcomes = await commit(group.map(({ item }) => item));
        for (const [index, request] of group.entries()) {
          const outcome = outcomes[index];
          if (outcome instanceof Error) request.reject(outcome);
          else if (outcome === undefined) request.reject(new TypeError('an item was not answered'));
          else request.resolve(outcome);
        }
      } catch (error) {
        for (const request of group) request.reject(error);
      }
    }
    isRunning = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isRunning) void drain();
    });
}
