import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlOf } from '@moorline/db';
import type { DownlinkTables } from './downlink/tables.ts';
import { useDatabases } from './testing/database.fixture.ts';
import {
  eventually,
  removeFolder,
  type Site,
  startSite,
  startTenant,
} from './testing/lab.fixture.ts';
import { readAudit } from './testing/recorder.fixture.ts';
import type { UplinkTables } from './uplink/tables.ts';

const open = useDatabases();

function attachmentOf(site: Site) {
  return site.database.read(site.authorityId, (tx) =>
    sqlOf<UplinkTables>(tx).selectFrom('attachments').selectAll().executeTakeFirstOrThrow(),
  );
}

test('a certificate that is due is renewed with a new key, and the old one ends when the new one is used', async () => {
  await using tenant = await startTenant(open);
  const site = await startSite(open);
  await site.uplink.attach(await tenant.joinToken(), site.admin);
  await eventually(site.bus, () => site.uplink.status().connected);
  await site[Symbol.asyncDispose]();
  const before = await attachmentOf(site);
  await site.database.transaction(site.authorityId, (tx) =>
    sqlOf<UplinkTables>(tx)
      .updateTable('attachments')
      .set({ renew_after: new Date(0) })
      .where('authority_id', '=', site.authorityId)
      .execute(),
  );
  await using again = await startSite(open, { again: site });
  const after = await eventually(again.bus, async () => {
    const row = await attachmentOf(again);
    return row.certificate !== before.certificate && row;
  });
  assert.notEqual(after.key_file, before.key_file);
  assert.ok(after.renew_after.getTime() > Date.now());
  await eventually(tenant.bus, async () => {
    const { rows } = await connectorSerials();
    return rows[0]?.next_serial === null && rows[0].certificate_serial !== undefined;
  });
  await eventually(again.bus, () => again.uplink.status().connected);
  assert.deepEqual(await readdir(join(again.folder, 'uplink')), [after.key_file]);
  const activities = (await readAudit(tenant.database, tenant.authorityId)).map(
    ({ activity }) => activity,
  );
  assert.deepEqual(activities, [
    'connectors.createJoinToken',
    'connectors.attach',
    'connectors.renewCertificate',
  ]);
  await removeFolder(tenant);
  await removeFolder(again);

  async function connectorSerials() {
    const rows = await tenant.database.read(tenant.authorityId, (tx) =>
      sqlOf<DownlinkTables>(tx)
        .selectFrom('connectors')
        .select(['certificate_serial', 'next_serial'])
        .execute(),
    );
    return { rows };
  }
});
