import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MoorlineError } from '@moorline/kernel';
import { createGroupCommit } from './group-commit.ts';

/** Commits that are answered by hand, so that what gathers meanwhile is known. */
function byHand(): {
  commit(items: readonly string[]): Promise<string[]>;
  readonly groups: string[][];
  next(): Promise<void>;
} {
  const groups: string[][] = [];
  const ends: (() => void)[] = [];
  return {
    groups,
    async commit(items) {
      groups.push([...items]);
      await new Promise<void>((resolve) => ends.push(resolve));
      return items.map((item) => item.toUpperCase());
    },
    async next() {
      while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
      ends.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('what arrives while a group is committed is the next group, and each is answered its own', async () => {
  const { commit, groups, next } = byHand();
  const store = createGroupCommit({ commit, maxItems: 3 });
  const first = ['a', 'b'].map(store);
  await next();
  const second = ['c', 'd', 'e', 'f'].map(store);
  await next();
  await next();
  assert.deepEqual(await Promise.all([...first, ...second]), ['A', 'B', 'C', 'D', 'E', 'F']);
  assert.deepEqual(groups, [['a', 'b'], ['c', 'd', 'e'], ['f']]);
});

test('a group is bounded by size: what is too large for it goes alone, and nobody is overtaken', async () => {
  const { commit, groups, next } = byHand();
  const options = { commit, maxItems: 10, sizeOf: (item: string) => item.length, maxSize: 4 };
  const store = createGroupCommit(options);
  const all = ['aa', 'bb', 'cccccccc', 'd', 'e'].map(store);
  for (let group = 0; group < 3; group++) await next();
  await Promise.all(all);
  assert.deepEqual(groups, [['aa', 'bb'], ['cccccccc'], ['d', 'e']]);
});

test('what waits is bounded, and what is refused is refused at once', async () => {
  const { commit, next } = byHand();
  const full = (): Error => new Error('full');
  const sizes = { sizeOf: (item: string) => item.length, maxWaiting: 4, full };
  const store = createGroupCommit({ commit, maxItems: 1, ...sizes });
  const first = store('aaaa');
  await new Promise((resolve) => setImmediate(resolve));
  const second = store('bbbb');
  await assert.rejects(store('c'), /full/);
  await next();
  await next();
  assert.deepEqual(await Promise.all([first, second]), ['AAAA', 'BBBB']);
});

test('items of one key are never under way together, and keep their order', async () => {
  const { commit, groups, next } = byHand();
  const keyOf = (item: string): string => item[0] ?? '';
  const store = createGroupCommit({ commit, maxItems: 10, keyOf, atOnce: 2 });
  const all = ['a1', 'a2', 'b1', 'a3'].map(store);
  for (let group = 0; group < 3; group++) await next();
  await Promise.all(all);
  assert.deepEqual(groups, [['a1', 'b1'], ['a2'], ['a3']]);
});

test('several groups are under way when that is asked for', async () => {
  const { commit, groups, next } = byHand();
  const store = createGroupCommit({ commit, maxItems: 1, atOnce: 2 });
  const all = ['a', 'b', 'c'].map(store);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(groups, [['a'], ['b']]);
  for (let group = 0; group < 3; group++) await next();
  await Promise.all(all);
});

test('one item that fails its group fails alone', async () => {
  const groups: string[][] = [];
  const store = createGroupCommit<string, string>({
    maxItems: 10,
    async commit(items) {
      groups.push([...items]);
      if (items.includes('bad')) throw new TypeError('bad');
      return items.map((item) => item.toUpperCase());
    },
  });
  const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map(store));
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'refused')),
    ['A', 'refused', 'B'],
  );
  assert.deepEqual(groups, [['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
});

test('a database that is away fails the group, without asking it for each item', async () => {
  let commits = 0;
  const away = new MoorlineError({ code: 'db.unavailable', kind: 'unavailable', text: 'away' });
  const store = createGroupCommit<string, string>({
    maxItems: 10,
    async commit() {
      commits++;
      throw away;
    },
  });
  const outcomes = await Promise.allSettled(['a', 'b'].map(store));
  assert.ok(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === away));
  assert.equal(commits, 1);
});

test('groups begin apart when requests trickle in', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const groups: string[][] = [];
  const store = createGroupCommit<string, string>({
    maxItems: 10,
    gatherMs: 600_000,
    async commit(items) {
      groups.push([...items]);
      return [...items];
    },
  });
  await store('a');
  const rest = [store('b')];
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  rest.push(store('c'));
  assert.deepEqual(groups, [['a']]);
  context.mock.timers.tick(600_000);
  await Promise.all(rest);
  assert.deepEqual(groups, [['a'], ['b', 'c']]);
});
