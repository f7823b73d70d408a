import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from './create-logger.ts';

test('members that look like secrets are left out of the log (attack 30)', () => {
  let line = '';
  const logger = createLogger({ name: 'test', stream: { write: (text) => (line = text) } });
  logger.info({ token: 'mle1.abc', deviceId: '7', request: { authorization: 'Bearer x' } }, 'said');
  assert.doesNotMatch(line, /mle1|Bearer/);
  const entry: unknown = JSON.parse(line);
  assert.ok(entry !== null && typeof entry === 'object' && 'deviceId' in entry && 'msg' in entry);
  assert.equal(entry.deviceId, '7');
  assert.equal(entry.msg, 'said');
});
