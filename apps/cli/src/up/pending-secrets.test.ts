import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { pendingSecret } from './pending-secrets.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-pending-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

test('a token whose use was cut off is used again, and forgotten once that succeeded', async () => {
  let made = 0;
  const make = async (): Promise<string> => `token-${++made}`;
  const cutOff = async (): Promise<string> => {
    throw new Error('killed');
  };
  const use = async (token: string): Promise<string> => token;
  await assert.rejects(pendingSecret(scratch, 'enrolment').use(make, cutOff));
  assert.equal(statSync(join(scratch, 'pending-enrolment-token')).mode & 0o777, 0o600);
  assert.equal(await pendingSecret(scratch, 'enrolment').use(make, use), 'token-1');
  assert.equal(await pendingSecret(scratch, 'enrolment').use(make, use), 'token-2');
});

test('a kept token that is refused is replaced by a new one', async () => {
  let made = 0;
  const make = async (): Promise<string> => `token-${++made}`;
  const use = async (token: string): Promise<string> => {
    if (token === 'token-1') throw new Error('expired');
    return token;
  };
  await assert.rejects(pendingSecret(scratch, 'join').use(make, use), /expired/);
  assert.equal(await pendingSecret(scratch, 'join').use(make, use), 'token-2');
});
