import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AdminClient, createAdminClient } from '@moorline/admin-client';
import { rolePermissionsOf } from '@moorline/contracts/admin';
import {
  ACTION_KINDS,
  ACTION_PERMISSIONS,
  isRelayed,
  PERMISSIONS,
  type Permission,
  UPLOAD_PERMISSIONS,
} from '@moorline/model';
import { Constellation, type Star } from './constellation.ts';

const SEEING: readonly Permission[] = ['devices.read', 'actions.read', 'connectors.read'];

/** Somebody at one of the hosts, whose role the test makes as it likes. */
interface Person {
  readonly id: string;
  readonly client: AdminClient;
  hold(permissions: readonly Permission[]): Promise<void>;
}

async function person(star: Star, userName: string): Promise<Person> {
  const made = await star.client.administrators.create({ userName, role: 'None' });
  const role = await star.client.roles.definitions.create({
    displayName: userName,
    rolePermissions: rolePermissionsOf([]),
  });
  await star.client.roles.assignments.create({
    displayName: userName,
    roleDefinitionId: role.id,
    members: [made.id],
  });
  const token = await ownToken(star, made.signInLink ?? '');
  return {
    id: made.id,
    client: createAdminClient({
      baseUrl: star.host.ready.consoleUrl,
      authorization: () => `Bearer ${token}`,
    }),
    async hold(permissions) {
      const rolePermissions = rolePermissionsOf(permissions);
      await star.client.roles.definitions.update(role.id, { rolePermissions });
    },
  };
}

async function ownToken(star: Star, link: string): Promise<string> {
  const base = star.host.ready.consoleUrl;
  const headers = { 'content-type': 'application/json', 'moorline-console': '1' };
  const redeemed = await fetch(new URL('/auth/v1/links/redeem', base), {
    method: 'POST',
    headers,
    body: JSON.stringify({ token: link.split('#')[1] }),
  });
  const cookie = (redeemed.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const made = await fetch(new URL('/auth/v1/tokens', base), {
    method: 'POST',
    headers: { ...headers, cookie },
    body: JSON.stringify({ displayName: 'test' }),
  });
  assert.equal(made.status, 201);
  return ((await made.json()) as { token: string }).token;
}

function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

describe('two gates: every permission that a relayed request needs, at either gate, in every mode', () => {
  let world: Constellation;
  let above: Person;
  let below: Person;
  let deviceId: string;

  before(async () => {
    world = await Constellation.create({ devices: 1 });
    deviceId = world.agents[0]?.deviceId ?? '';
    await world.settle();
    // From here on actions wait for it: what is asked is who may, and nothing is to be done.
    await world.agents[0]?.agent[Symbol.asyncDispose]();
    above = await person(world.tenant, 'grace');
    below = await person(world.site, 'bob');
    await world.site.client.cloudAttach.linkAdministrator({
      tenantUserId: above.id,
      tenantUserName: 'grace',
      localUserId: below.id,
    });
  });
  after(() => world?.[Symbol.asyncDispose]());

  /** A request from above that needs the permission. Answers who refused it, and what was said. */
  const REQUESTS: Readonly<Partial<Record<Permission, () => Promise<string>>>> = {
    'inventory.read': async () => {
      await above.client.devices.inventory(deviceId);
      return 'done';
    },
    'actions.cancel': async () => {
      const id = await world.tenant.client.devices.triggerAction(deviceId, 'refreshMachinePolicy');
      await above.client.actions.cancel(id);
      return 'done';
    },
    ...Object.fromEntries(
      ACTION_KINDS.map((kind) => [
        ACTION_PERMISSIONS[kind],
        async () => {
          const id = await above.client.devices.triggerAction(deviceId, kind);
          return judged(id);
        },
      ]),
    ),
  };

  /** Waits for the word of the gate below. */
  async function judged(id: string): Promise<string> {
    for (;;) {
      const { hops } = await world.tenant.client.actions.get(id);
      const refused = hops.find(({ state }) => state === 'refused');
      if (refused) return refused.reason;
      if (hops.some(({ state }) => state === 'authorized')) return 'done';
      await moment();
    }
  }

  async function outcome(permission: Permission): Promise<'done' | 'above' | 'below'> {
    let told: string;
    try {
      told = (await REQUESTS[permission]?.()) ?? '';
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      // Everything that is no refusal of a gate has passed both.
      if (!/^(access|relay)\.denied/.test(code)) return 'done';
      if (code === 'access.denied') {
        assert.ok(message.includes(permission), message);
        return 'above';
      }
      told = message;
    }
    if (told === 'done') return 'done';
    assert.ok(told.startsWith('HQ1 refused it') && told.includes(permission), told);
    return 'below';
  }

  async function decideBy(mode: (typeof UPLOAD_PERMISSIONS)[number]): Promise<void> {
    await world.site.client.cloudAttach.updateUploadSettings({ permissions: mode });
    for (;;) {
      // The site dials anew to say so.
      const { connected } = await world.site.client.cloudAttach.get();
      const rows = await world.tenant.asOwner('select permissions from connectors');
      if (connected && rows[0]?.permissions === mode) return;
      await moment();
    }
  }

  const relayed = PERMISSIONS.filter((permission) => isRelayed(permission) && REQUESTS[permission]);

  for (const mode of UPLOAD_PERMISSIONS) {
    it(`${mode}: lets pass what its gates hold, and names the gate and the permission of what they do not`, async () => {
      await decideBy(mode);
      for (const permission of relayed) {
        for (const [isAbove, isBelow] of [
          [true, true],
          [true, false],
          [false, true],
          [false, false],
        ]) {
          await above.hold([...SEEING, ...(isAbove ? [permission] : [])]);
          const held = isBelow ? [permission] : PERMISSIONS.filter((one) => one !== permission);
          if (mode === 'tenantOnly') {
            const ceiling = held.filter(isRelayed);
            await world.site.client.roles.setCeiling({ permissions: ceiling });
            await below.hold([]);
          } else {
            await below.hold([...SEEING, ...held]);
          }
          const asksAbove = mode !== 'siteOnly';
          const expected = asksAbove && !isAbove ? 'above' : isBelow ? 'done' : 'below';
          const label = `${mode} ${permission} above ${isAbove} below ${isBelow}`;
          // What is cancelled at the tenant before it has left, or has ended, never comes to the site.
          if (permission === 'actions.cancel' && expected === 'below') continue;
          assert.equal(await outcome(permission), expected, label);
        }
      }
    });
  }

  it('records refusals of either gate on its own side, and those of the site on both', async () => {
    await decideBy('siteAndTenant');
    await above.hold([...SEEING, 'inventory.read']);
    await below.hold([]);
    await assert.rejects(above.client.devices.inventory(deviceId), {
      code: 'relay.denied_by_site',
    });
    await assert.rejects(above.client.devices.triggerAction(deviceId, 'restart'), {
      code: 'access.denied',
    });
    const codesAt = async (star: Star): Promise<Set<unknown>> => {
      const { items } = await star.client.auditEvents.list({ top: 500 });
      return new Set(items.map(({ details }) => details.code));
    };
    const [tenant, site] = [await codesAt(world.tenant), await codesAt(world.site)];
    assert.ok(tenant.has('access.denied') && tenant.has('relay.denied_by_site'));
    assert.ok(site.has('relay.denied_by_site') && site.has('relay.denied_by_ceiling'));
  });
});
