import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AttachPlan, CloudAttach, UploadState } from '@moorline/contracts/admin';
import { systemClock, systemEntropy } from '@moorline/kernel';
import { Constellation } from '@moorline/testkit/constellation';
import { writeContexts } from '../../connection/contexts.ts';
import { run } from '../../run.ts';

describe('attaching a site by what a file says', () => {
  let world: Constellation;
  let folder: string;
  let file: string;
  let joinToken: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moorline-enable-'));
    file = join(folder, 'attach.yaml');
    world = await Constellation.create({ devices: 2, attached: false });
    const { host, token } = world.site;
    await writeContexts(folder, {
      contexts: { site: { url: host.ready.consoleUrl, token, kind: 'site' } },
    });
    const lab = await world.site.client.collections.create({
      displayName: 'Lab',
      limitingCollectionId: '00000000-0000-8000-8000-000000000001',
      rules: [{ kind: 'direct', name: 'One', deviceIds: [world.agents[0]?.deviceId ?? ''] }],
    });
    assert.equal(lab.memberCount, 1);
    ({ token: joinToken } = await world.tenant.client.connectors.createJoinToken({}));
    await writeFile(
      file,
      `joinToken: ${joinToken}\ndevices: collections\ncollections: [Lab]\npermissions: tenantOnly\n`,
    );
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function moorline(...args: string[]): Promise<{ code: number; out: string; note: string }> {
    let [out, note] = ['', ''];
    const { signal } = new AbortController();
    const code = await run(['attach', ...args, '--data', folder], {
      terminal: {
        columns: 200,
        write: (text) => {
          out += text;
        },
        note: (text) => {
          note += text;
        },
      },
      clock: systemClock,
      entropy: systemEntropy,
      environment: {},
      signal,
      forced: signal,
    });
    return { code, out, note };
  }

  it('lists first what it would create on both sides, and does none of it', async () => {
    const { code, out } = await moorline('enable', '-f', file, '--plan', '-o', 'json');
    assert.equal(code, 0);
    const plan: AttachPlan = JSON.parse(out);
    assert.equal(plan.isUpToDate, false);
    assert.deepEqual(
      plan.changes
        .filter(({ change }) => change === 'create')
        .map(({ side, id }) => `${side} ${id}`),
      [
        'site key',
        'tenant connector',
        'tenant certificate',
        'site linkedAdministrator',
        'site uplink',
        'tenant devices',
      ],
    );
    assert.equal((await world.site.client.cloudAttach.get()).state, 'notAttached');
    assert.deepEqual(await world.tenant.client.connectors.list(), []);
  });

  it('goes on from where an earlier attempt was cut off', async () => {
    // The settings were stored, and then the site was killed.
    const scoped = await moorline('settings', '--collection', 'Lab');
    assert.equal(scoped.code, 0, scoped.note);
    const { code, out, note } = await moorline('enable', '-f', file, '-o', 'json');
    assert.equal(code, 0, note);
    const attached: CloudAttach = JSON.parse(out);
    assert.deepEqual([attached.state, attached.connected], ['attached', true]);
    await world.settle();
    const { items } = await world.tenant.client.devices.list();
    assert.deepEqual(
      items.map(({ id }) => id),
      [world.agents[0]?.deviceId],
    );
  });

  it('changes nothing when it is run again, though the token is spent', async () => {
    const { etag } = await world.site.client.cloudAttach.uploadSettings();
    const attachedAt = (await world.site.client.cloudAttach.get()).attachedDateTime;
    const { code, note } = await moorline('enable', '-f', file);
    assert.equal(code, 0, note);
    assert.match(note, /Nothing would change\./);
    assert.equal((await world.site.client.cloudAttach.uploadSettings()).etag, etag);
    assert.equal((await world.site.client.cloudAttach.get()).attachedDateTime, attachedAt);
  });

  it('shows how the upload goes, pauses it and lets it go on', async () => {
    const paused = await moorline('pause', '-o', 'json');
    assert.equal((JSON.parse(paused.out) as UploadState).phase, 'paused');
    const { out } = await moorline('status', '-o', 'json');
    const { upload } = JSON.parse(out) as CloudAttach & { upload: UploadState };
    assert.deepEqual([upload.devicesInScope, upload.devicesExcluded], [1, 1]);
    const resumed = await moorline('resume', '-o', 'json');
    assert.notEqual((JSON.parse(resumed.out) as UploadState).phase, 'paused');
    const preview = await moorline('preview', '--all-devices', '-o', 'csv');
    assert.match(preview.note, /^2 devices would leave, 0 stay here\./);
  });

  it('names the collection that is nearest to one that is not there', async () => {
    const { code, note } = await moorline('settings', '--collection', 'Lba');
    assert.equal(code, 2);
    assert.match(note, /There is no collection "Lba".*Lab/);
  });
});
