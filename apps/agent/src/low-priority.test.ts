import assert from 'node:assert/strict';
import { constants, getPriority } from 'node:os';
import { test } from 'node:test';
import { atLowPriority } from './low-priority.ts';

test('collecting gives way to everything else, and the rest of the agent does not', {
  skip: process.geteuid?.() === 0 ? false : 'only root may take a priority back',
}, async () => {
  const usual = getPriority();
  const seen: number[] = [];
  const wait = Promise.withResolvers<void>();
  const provider = atLowPriority({
    platform: 'linux',
    classes: ['OS', 'Bios'],
    async collect(className) {
      seen.push(getPriority());
      if (className === 'OS') await wait.promise;
      else throw new Error('unreadable');
      return [];
    },
  });
  const first = provider.collect('OS');
  await assert.rejects(provider.collect('Bios'));
  assert.equal(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL);
  wait.resolve();
  await first;
  assert.deepEqual(seen, [
    constants.priority.PRIORITY_BELOW_NORMAL,
    constants.priority.PRIORITY_BELOW_NORMAL,
  ]);
  assert.equal(getPriority(), usual);
});
