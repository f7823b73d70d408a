import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { pendingSecret } from './pending-secrets.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-pending-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

test('a token that was made before a kill is used again, until its use has succeeded', async () => {
  let made = 0;
  const make = async (): Promise<string> => `token-${++made}`;
  assert.equal(await pendingSecret(scratch, 'enrolment').take(make), 'token-1');
  assert.equal(await pendingSecret(scratch, 'enrolment').take(make), 'token-1');
  assert.equal(statSync(join(scratch, 'pending-enrolment-token')).mode & 0o777, 0o600);
  await pendingSecret(scratch, 'enrolment').drop();
  assert.equal(await pendingSecret(scratch, 'enrolment').take(make), 'token-2');
});
