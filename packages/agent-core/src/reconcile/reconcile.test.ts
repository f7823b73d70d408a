import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT_PATHS, CLIENT_SETTINGS } from '@moorline/contracts/agent';
import { rowOf, serviceRows } from '../testing/fixture-provider.ts';
import { createHeldClock } from '../testing/held-clock.ts';
import { createScene, type Scene, until } from '../testing/scene.ts';
import type { TestAuthority } from '../testing/test-authority.ts';

const MINUTE_MS = 60_000;

function bodies(authority: TestAuthority): { documents: Record<string, unknown>[] }[] {
  return authority.requests
    .filter(({ path }) => path === AGENT_PATHS.documents)
    .map(({ body }) => body as { documents: Record<string, unknown>[] });
}

/** Starts an inventory cycle by the action for it and waits for its end. */
async function cycle(scene: Scene, agent: ReturnType<Scene['agent']>, id: string): Promise<void> {
  const before = agent.status().lastInventoryAt;
  scene.authority.act({ id, kind: 'refreshMachinePolicy' });
  scene.authority.nudge({ actions: true });
  await until(() => agent.status().lastInventoryAt !== before);
}

test('the first contact brings policy and the whole inventory', async () => {
  await using scene = await createScene();
  scene.authority.desire(CLIENT_SETTINGS, {
    policyPollMinutes: 30,
    inventoryMinutes: 120,
    disabledClasses: [],
  });
  const agent = await scene.runningAgent();
  assert.equal(agent.status().settings.policyPollMinutes, 30);
  assert.deepEqual(scene.authority.documents.get('Service'), serviceRows(20));
  assert.deepEqual(
    [...scene.authority.documents.keys()],
    ['Bios', 'Service', 'User', 'ClientAction'],
  );
});

test('the end of each inventory cycle is told', async () => {
  await using scene = await createScene();
  let ends = 0;
  const agent = await scene.runningAgent({
    cycleEnded: () => {
      ends += 1;
    },
  });
  await cycle(scene, agent, 'a-1');
  assert.equal(ends, 2);
});

test('only what changed is sent, as a delta when that is shorter', async () => {
  await using scene = await createScene();
  const agent = await scene.runningAgent();
  const rows = serviceRows(21);
  scene.provider.set('Service', rows);
  await cycle(scene, agent, 'a-1');
  const [document, ...others] = bodies(scene.authority).at(-1)?.documents ?? [];
  assert.deepEqual(others, []);
  assert.deepEqual(document?.put, [rows[20]]);
  assert.equal(document?.rows, undefined);
  assert.deepEqual(scene.authority.documents.get('Service'), rows);
});

test('nothing is sent when nothing changed, also after a restart', async () => {
  await using scene = await createScene();
  const agent = await scene.runningAgent();
  await cycle(scene, agent, 'a-1');
  await agent[Symbol.asyncDispose]();
  const again = scene.agent();
  await again.start(new AbortController().signal);
  await until(() => again.status().lastInventoryAt !== null);
  assert.equal(bodies(scene.authority).length, 1);
});

test('a base that the authority does not have is answered by the whole document', async () => {
  await using scene = await createScene();
  const agent = await scene.runningAgent();
  scene.authority.forget('Service');
  const rows = serviceRows(22);
  scene.provider.set('Service', rows);
  scene.provider.set('Bios', [rowOf('Bios', { Manufacturer: 'Another' })]);
  await cycle(scene, agent, 'a-1');
  assert.deepEqual(scene.authority.documents.get('Service'), rows);
  assert.equal(scene.authority.documents.get('Bios')?.[0]?.Manufacturer, 'Another');
  assert.deepEqual(
    bodies(scene.authority).map(({ documents }) => documents.map(({ className }) => className)),
    [['Bios', 'Service', 'User', 'ClientAction'], ['Bios', 'Service'], ['Service']],
  );
});

test('a document that the authority lost without a word is found within a day', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const agent = await scene.runningAgent();
  scene.authority.forget('Service');
  clock.advance(25 * 60 * MINUTE_MS);
  await cycle(scene, agent, 'a-1');
  assert.deepEqual(scene.authority.documents.get('Service'), serviceRows(20));
});

test('a class that the authority does not take is named and does not hold up the others', async () => {
  await using scene = await createScene();
  const row = rowOf('User', { Name: 'twice' });
  scene.provider.set('User', [row, row]);
  const agent = await scene.runningAgent();
  assert.deepEqual([...scene.authority.documents.keys()], ['Bios', 'Service', 'ClientAction']);
  const warning = agent.status().warnings.find(({ code }) => code === 'agent.inventory_problem');
  assert.match(warning?.text ?? '', /User: A key comes twice/);
  const sent = bodies(scene.authority).length;
  await cycle(scene, agent, 'a-1');
  assert.equal(bodies(scene.authority).length, sent);
});

test('a class that the settings disable is not collected', async () => {
  await using scene = await createScene();
  scene.authority.desire(CLIENT_SETTINGS, {
    policyPollMinutes: 60,
    inventoryMinutes: 60,
    disabledClasses: ['Service'],
  });
  await scene.runningAgent();
  assert.deepEqual(scene.provider.collected, ['Bios', 'User']);
});

test('settings that are not valid leave the former ones in force and say so', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const settings = { policyPollMinutes: 45, inventoryMinutes: 60, disabledClasses: [] };
  authority.desire(CLIENT_SETTINGS, settings);
  const agent = await scene.runningAgent();
  authority.desire(CLIENT_SETTINGS, { ...settings, policyPollMinutes: 1 });
  authority.nudge({ desired: true });
  await until(() => agent.status().warnings.length > 0);
  assert.equal(agent.status().warnings[0]?.code, 'agent.settings_invalid');
  assert.equal(agent.status().settings.policyPollMinutes, 45);
  await agent[Symbol.asyncDispose]();
  const again = scene.agent();
  await again.start(new AbortController().signal);
  assert.equal(again.status().settings.policyPollMinutes, 45);
  assert.equal(again.status().warnings[0]?.code, 'agent.settings_invalid');
});

test('a nudge fetches what it names and nothing else', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = await scene.runningAgent();
  const before = authority.requests.length;
  const syncedAt = agent.status().lastSyncAt;
  authority.desire('other', { value: 1 });
  authority.nudge({ desired: true });
  await until(() => agent.status().lastSyncAt !== syncedAt);
  const after = authority.requests.slice(before).map(({ path, query }) => path + query);
  assert.deepEqual(after, [`${AGENT_PATHS.desired}cursor=0`]);
});

test('a poll brings what a lost nudge would have brought', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  authority.saysActionsWaiting = false;
  await scene.runningAgent();
  authority.act({ id: 'a-1', kind: 'refreshMachinePolicy', expiresAt: '2099-01-01T00:00:00.000Z' });
  clock.advance(60 * MINUTE_MS);
  await authority.until(() => authority.reports.some(({ state }) => state === 'succeeded'));
});

test('a day of an idle device costs at most fifty requests', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  const agent = await scene.runningAgent();
  const began = authority.requests.length;
  for (let step = 0; step < 24 * 60; step++) {
    await authority.ping();
    const due = authority.requests.length;
    clock.advance(MINUTE_MS);
    await new Promise((resolve) => setImmediate(resolve));
    if (authority.requests.length !== due) await authority.ping();
  }
  const syncedAt = Date.parse(agent.status().lastSyncAt ?? '');
  assert.ok(clock.now() - syncedAt <= 66 * MINUTE_MS, 'it still polls at the end of the day');
  const requests = authority.requests.length - began;
  assert.ok(requests >= 24 && requests <= 50, `${requests} requests`);
  assert.equal(authority.channels, 1);
});

test('a class that is asked for is collected and sent at once, changed or not, and no other', async () => {
  await using scene = await createScene();
  await scene.runningAgent();
  const before = bodies(scene.authority).length;
  scene.provider.collected.splice(0);
  scene.authority.nudge({ inventory: ['User', 'NoSuchClass'] });
  await until(() => bodies(scene.authority).length > before);
  const [document, ...others] = bodies(scene.authority).at(-1)?.documents ?? [];
  assert.deepEqual(others, []);
  assert.equal(document?.className, 'User');
  assert.deepEqual(document?.put, []);
  assert.deepEqual(scene.provider.collected, ['User']);
});

test('a class of a day’s cadence is collected once a day, and when everything is asked for', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  scene.authority.desire(CLIENT_SETTINGS, {
    policyPollMinutes: 1440,
    inventoryMinutes: 60,
    disabledClasses: [],
  });
  scene.provider.set('BaseBoard', [rowOf('BaseBoard', { Product: 'X1' })]);
  const agent = await scene.runningAgent();
  const collected = scene.provider.collected;
  const nextAfter = async (minutes: number): Promise<void> => {
    const last = agent.status().lastInventoryAt;
    collected.splice(0);
    clock.advance(minutes * MINUTE_MS);
    await until(() => agent.status().lastInventoryAt !== last);
  };
  await nextAfter(66);
  assert.ok(collected.includes('Bios') && !collected.includes('BaseBoard'));
  await nextAfter(24 * 60);
  assert.ok(collected.includes('BaseBoard'));
  collected.splice(0);
  const last = agent.status().lastInventoryAt;
  clock.advance(1000);
  scene.authority.act({ id: 'a-1', kind: 'collectInventory' });
  scene.authority.nudge({ actions: true });
  await until(() => agent.status().lastInventoryAt !== last);
  assert.ok(collected.includes('BaseBoard'));
});
