import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuthorityId, systemClock, systemEntropy, uuidv7 } from '@moorline/kernel';
import { useDatabases } from '../testing/database.fixture.ts';
import { createUploadCursors } from './cursor-store.ts';
import { UPLINK_MIGRATIONS } from './migrations.ts';

const openDatabase = useDatabases();

test('what the tenant holds is acknowledged, although the answer that said so was lost', async () => {
  const cursors = createUploadCursors({
    authorityId: uuidv7(systemClock, systemEntropy) as AuthorityId,
    database: await openDatabase(UPLINK_MIGRATIONS),
    clock: systemClock,
    entropy: systemEntropy,
  });
  const { acknowledged: first } = await cursors.read();
  await cursors.sending(first, '7.1');
  // Killed here: the tenant has stored the batch.
  assert.deepEqual(await cursors.resume('7.1'), { kind: 'from', cursor: '7.1' });
  const { acknowledged, last_upload_at } = await cursors.read();
  assert.equal(acknowledged, '7.1');
  assert.notEqual(last_upload_at, null);
  // A tenant that was put back goes on from where it is, and takes nothing back here.
  assert.deepEqual(await cursors.resume(first), { kind: 'from', cursor: first });
});
