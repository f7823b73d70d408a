import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Actor } from '@moorline/model';
import type { ActionFilePart, AuthenticatedDevice } from '@moorline/model/ports';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import {
  ACTIONS_LAB_MIGRATIONS,
  type ActionsLab,
  administrator,
  createActionsLab,
  HELP_DESK,
} from './testing/actions-lab.fixture.ts';

describe('files of actions', () => {
  let test: TestDatabase;
  let clock: FakeClock;
  let lab: ActionsLab;

  before(async () => {
    test = await withDatabase(ACTIONS_LAB_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(async () => {
    clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
    lab = await createActionsLab(test, clock);
  });

  it('attack 27: keeps what a device sends for its own action as a file by its hash, and nothing else', async () => {
    const { id } = await lab.actions.requestAction(HELP_DESK, {
      deviceId: lab.own.deviceId,
      kind: 'collectDiagnostics',
    });
    const data = Buffer.from('PK and so on');
    const sha256 = createHash('sha256').update(data).digest('hex');
    const piece = { id, offset: 0, sizeBytes: data.length, sha256, data };
    const put = (by: AuthenticatedDevice, change: Partial<typeof piece>): Promise<number> =>
      lab.actions.putActionFile(by, { ...piece, ...change });
    const read = (by: Actor): Promise<ActionFilePart> =>
      lab.actions.readActionFile(by, id, { offset: 3, length: 100 });
    try {
      await assert.rejects(put(lab.own, {}), { code: 'actions.file_not_wanted' });
      await lab.actions.reportActions(lab.own, [lab.report(id, 'running')]);
      const other = await lab.enrol('pc-9');
      await assert.rejects(put(other, {}), { code: 'actions.not_found' });
      await assert.rejects(put(lab.own, { id: lab.newActionId() }), { code: 'actions.not_found' });
      await assert.rejects(read(HELP_DESK), { code: 'actions.file_not_there' });
      assert.equal(await put(lab.own, { data: data.subarray(0, 5) }), 5);
      assert.equal(await put(lab.own, { offset: 7, data: data.subarray(7) }), 5);
      await assert.rejects(put(lab.own, { sha256: 'a'.repeat(64), data }), {
        code: 'actions.file_damaged',
      });
      assert.equal(await put(lab.own, { data: data.subarray(0, 5) }), 5);
      assert.equal(await put(lab.own, { offset: 5, data: data.subarray(5) }), data.length);
      assert.equal(await put(lab.own, {}), data.length);
      const part = await read(HELP_DESK);
      assert.equal(Buffer.from(part.data).toString(), 'and so on');
      assert.deepEqual([part.sizeBytes, part.sha256], [data.length, sha256]);
      await assert.rejects(read(administrator('Read only')), { code: 'access.denied' });
      assert.deepEqual(await readdir(join(lab.filesFolder, lab.authorityId)), [sha256]);
    } finally {
      await lab.removeFiles();
    }
  });
});
