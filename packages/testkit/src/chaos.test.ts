import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { systemClock } from '@moorline/kernel';
import { createProcessWorld, type ProcessName, type ProcessWorld } from './process-world.ts';
import { seededRandom } from './seeded-random.ts';

const SEEDS = 50;
const VICTIMS: readonly ProcessName[] = ['tenant', 'site', 'agent'];
const ACTION_TIMEOUT_MS = 60_000;
/** Long enough to fall after the end of a trip as well as at any point of it. */
const LATEST_KILL_MS = 250;

// Attack 40, and the promise behind every queue of the product: nothing acknowledged is lost by a kill -9 of
// any process at any point, and nothing is done twice.
describe('kill -9 at a random point of the trip', () => {
  let world: ProcessWorld;
  let deviceId: string;
  const expected = new Set<string>();
  before(async () => {
    world = await createProcessWorld({ programs: 'bundle' });
    await Promise.all([world.start('tenant'), world.start('site')]);
    await world.attach();
    deviceId = await world.enrolAgent();
    await eventually(
      async () => (await world.clients.tenant.devices.get(deviceId)).online === true,
    );
  });
  after(() => world?.[Symbol.asyncDispose]());

  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'site';
    const killAfterMs = Math.floor(random() * LATEST_KILL_MS);
    it(`seed ${seed}: ${victim} after ${killAfterMs} ms`, async () => {
      const killed = killAndRestart(victim, killAfterMs);
      await request();
      await killed;
      for (const id of await tenantActions()) expected.add(id);
      if (!(await hasNew())) await request();
      for (const id of expected) {
        const action = await finished(id);
        assert.equal(action.state, 'succeeded', `${action.reason} ${JSON.stringify(action.hops)}`);
        const states = action.hops.map((hop) => hop.state);
        assert.deepEqual(states, [...new Set(states)], 'a hop is there twice');
      }
      handled.clear();
      for (const id of expected) handled.add(id);
    });
  }
  const handled = new Set<string>();

  it('ends with the same actions, hops and device at both ends, and unbroken audit chains', async () => {
    await eventually(async () => (await world.clients.site.cloudAttach.get()).pendingChanges === 0);
    const [tenantIds, siteIds] = [await tenantActions(), await actionIds('site')];
    assert.deepEqual([...tenantIds].sort(), [...siteIds].sort());
    for (const id of tenantIds) {
      const [atTenant, atSite] = await Promise.all([
        world.clients.tenant.actions.get(id),
        world.clients.site.actions.get(id),
      ]);
      const own = atTenant.hops.filter((hop) => hop.place !== 'tenant');
      assert.deepEqual(
        own,
        atSite.hops.filter((hop) => hop.place !== 'tenant'),
      );
    }
    const [device, original] = await Promise.all([
      world.clients.tenant.devices.get(deviceId),
      world.clients.site.devices.get(deviceId),
    ]);
    const shared = ({ connectorId, connectorName, ...rest }: typeof device): unknown => ({
      ...rest,
      '@odata.context': null,
      '@odata.etag': null,
    });
    assert.deepEqual(shared(device), shared(original));
    for (const client of Object.values(world.clients)) {
      assert.equal((await client.auditEvents.verify()).isIntact, true);
    }
  });

  async function killAndRestart(victim: ProcessName, afterMs: number): Promise<void> {
    await systemClock.sleep(afterMs);
    await world.kill(victim);
    await world.start(victim);
  }

  // The answer may be lost with the process that gave it; whether the action exists is looked up afterwards.
  async function request(): Promise<void> {
    try {
      expected.add(
        await world.clients.tenant.devices.triggerAction(deviceId, 'refreshMachinePolicy'),
      );
    } catch (error) {
      assert.match(String((error as Error).name), /AdminApiError/);
    }
  }

  async function hasNew(): Promise<boolean> {
    return [...expected].some((id) => !handled.has(id));
  }

  async function actionIds(host: 'tenant' | 'site'): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const action of world.clients[host].actions.iterate({ top: 100 }))
      ids.add(action.id);
    return ids;
  }

  function tenantActions(): Promise<Set<string>> {
    return actionIds('tenant');
  }

  async function finished(id: string): Promise<ActionAnswer> {
    if (handled.has(id)) return world.clients.tenant.actions.get(id);
    let last: ActionAnswer | undefined;
    await eventually(async () => {
      last = await world.clients.tenant.actions.get(id);
      return last.isFinal;
    });
    return last as ActionAnswer;
  }
});

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + ACTION_TIMEOUT_MS;
  for (;;) {
    try {
      if (await check()) return;
    } catch (error) {
      if (systemClock.now() > deadline) throw error;
    }
    assert.ok(systemClock.now() < deadline, `not in time: ${check.toString()}`);
    await systemClock.sleep(50);
  }
}
