import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrintable, isStorableText } from './text-safety.ts';

test('text with NUL or half a character cannot be stored, however deep it lies', () => {
  assert.equal(isStorableText({ a: ['b', { 'c\u{1f600}': null }], n: 1 }), true);
  for (const bad of ['\0', '\ud800', { a: [{ b: '\0' }] }, { '\udc00': 1 }]) {
    assert.equal(isStorableText(bad), false);
  }
});

test('attack 12: what is nested without end is refused before the stack ends', () => {
  const text = '['.repeat(500_000) + ']'.repeat(500_000);
  assert.equal(isStorableText(JSON.parse(text)), false);
});

test('a name is printable when it has characters, all of them visible or spaces', () => {
  assert.equal(isPrintable('Zürich HQ 1'), true);
  for (const bad of ['', 'a\nb', '\u001b[2J', '\ud800']) assert.equal(isPrintable(bad), false);
});
