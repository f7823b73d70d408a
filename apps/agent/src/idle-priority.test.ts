import assert from 'node:assert/strict';
import { constants, getPriority } from 'node:os';
import { test } from 'node:test';
import { atIdlePriority } from './idle-priority.ts';

test('collecting gives way to everything else, and the rest of the agent does not', {
  skip: process.geteuid?.() === 0 ? false : 'only root may take a priority back',
}, async () => {
  const usual = getPriority();
  const seen: number[] = [];
  const wait = Promise.withResolvers<void>();
  const provider = atIdlePriority({
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
  assert.equal(getPriority(), constants.priority.PRIORITY_LOW);
  wait.resolve();
  await first;
  assert.deepEqual(seen, [constants.priority.PRIORITY_LOW, constants.priority.PRIORITY_LOW]);
  assert.equal(getPriority(), usual);
});
