import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeReturnPath } from '../../app/return-path.ts';
import { passwordStrength } from './password-strength.ts';

test('signing in never leads to another origin', () => {
  for (const path of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'x',
    undefined,
  ]) {
    assert.equal(safeReturnPath(path), '/');
  }
  assert.equal(safeReturnPath('/sign-in?returnTo=/'), '/');
  assert.equal(safeReturnPath('/devices?q=a'), '/devices?q=a');
});

test('a password below twelve characters is too short, and the hint says by how much', () => {
  assert.equal(passwordStrength('short').label, 'Too short');
  assert.match(passwordStrength('elevenchars').hint, /^1 more character needed/);
});

test('repeats and runs are weak, varied words are strong', () => {
  assert.equal(passwordStrength('aaaaaaaaaaaaaaaaaaaa').label, 'Weak');
  assert.equal(passwordStrength('123456789012345').label, 'Weak');
  assert.equal(passwordStrength('correct horse battery staple').label, 'Strong');
});
