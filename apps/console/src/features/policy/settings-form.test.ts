import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientSettings } from '@moorline/contracts/admin';
import { differences, entryOf, isSame, rebase, settingsOf } from './settings-form.ts';

const BEFORE: ClientSettings = {
  policyPollMinutes: 60,
  inventoryMinutes: 1_440,
  disabledClasses: ['Process'],
};

test('what is entered stays on top of what somebody else saved, and the rest is theirs', () => {
  const entry = { ...entryOf(BEFORE), poll: '15', disabled: new Set(['Process', 'Service']) };
  const now: ClientSettings = {
    policyPollMinutes: 30,
    inventoryMinutes: 720,
    disabledClasses: ['Printer'],
  };
  assert.deepEqual(settingsOf(rebase(entry, BEFORE, now)), {
    policyPollMinutes: 15,
    inventoryMinutes: 720,
    disabledClasses: ['Printer', 'Service'],
  });
});

test('a class that was taken back in stays in, also when the other left more out', () => {
  const entry = { ...entryOf(BEFORE), disabled: new Set<string>() };
  const now = { ...BEFORE, disabledClasses: ['Process', 'Printer'] };
  assert.deepEqual(settingsOf(rebase(entry, BEFORE, now)).disabledClasses, ['Printer']);
});

test('what the other changed is told in sentences', () => {
  const now = { policyPollMinutes: 30, inventoryMinutes: 1_440, disabledClasses: ['Printer'] };
  assert.deepEqual(
    differences(BEFORE, now, (name) => name),
    ['Policy polling went from 60 to 30 minutes.', 'Printer is left out.', 'Process is collected.'],
  );
  assert.deepEqual(differences(BEFORE, BEFORE, String), []);
});

test('the order of the classes is no difference', () => {
  const one = { ...BEFORE, disabledClasses: ['Process', 'Printer'] };
  assert.ok(isSame(one, { ...BEFORE, disabledClasses: ['Printer', 'Process'] }));
  assert.ok(!isSame(one, BEFORE));
});
