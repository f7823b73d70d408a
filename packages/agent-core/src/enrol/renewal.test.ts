import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AGENT_PATHS } from '@moorline/contracts/agent';
import { createHeldClock, type HeldClock } from '../testing/held-clock.ts';
import { createScene, type Scene, until } from '../testing/scene.ts';

const HOUR_MS = 3_600_000;

async function storedIdentity(scene: Scene): Promise<{
  current: { privateKey: string; certificate: string };
  previous: unknown;
}> {
  return JSON.parse(await readFile(join(scene.folder, 'identity.json'), 'utf8'));
}

/** Moves time to the renewal of a certificate of three hours. */
async function toRenewal(scene: Scene, clock: HeldClock): Promise<void> {
  scene.authority.lifeMs = 90 * 24 * HOUR_MS;
  clock.advance(2 * HOUR_MS);
  await scene.authority.until(() =>
    scene.authority.requests.some(({ path }) => path === AGENT_PATHS.renew),
  );
}

test('a certificate is renewed in time, with a new key, and the new one is used', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  scene.authority.lifeMs = 3 * HOUR_MS;
  const agent = await scene.runningAgent();
  const before = await storedIdentity(scene);
  const serial = scene.authority.requests.at(-1)?.serial;
  await toRenewal(scene, clock);
  await scene.authority.until(() => {
    const channel = scene.authority.requests.findLast(({ path }) => path === AGENT_PATHS.channel);
    return channel?.serial !== serial;
  });
  await until(() => agent.status().connection.state === 'connected');
  let after = await storedIdentity(scene);
  while (after.previous !== null) {
    await new Promise((resolve) => setImmediate(resolve));
    after = await storedIdentity(scene);
  }
  assert.notEqual(after.current.privateKey, before.current.privateKey);
  assert.equal(scene.authority.devices.length, 1);
});

test('a renewal whose answer was lost is asked for again with the same key', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  authority.lifeMs = 3 * HOUR_MS;
  const agent = await scene.runningAgent();
  authority.intercept = ({ path }) =>
    path === AGENT_PATHS.renew ? { status: 0, cut: 'after' } : undefined;
  await toRenewal(scene, clock);
  await until(() => agent.status().warnings.some(({ code }) => code === 'agent.renewal_failed'));
  authority.intercept = () => undefined;
  const due = agent.status().certificateRenewAfter;
  while (agent.status().certificateRenewAfter === due) {
    clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const csrs = authority.requests
    .filter(({ path }) => path === AGENT_PATHS.renew)
    .map(({ body }) => (body as { csr: string }).csr);
  assert.equal(new Set(csrs).size, 1);
  assert.equal(agent.status().warnings.length, 0);
});

test('the former certificate is used again when the renewed one is turned down', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  authority.lifeMs = 3 * HOUR_MS;
  const agent = await scene.runningAgent();
  const before = await storedIdentity(scene);
  const serial = authority.requests.at(-1)?.serial ?? '';
  // Everything but the former certificate is turned down from the renewal on.
  authority.isRevoked = (shown) => shown !== serial;
  await toRenewal(scene, clock);
  await until(() => agent.status().warnings.some(({ code }) => code === 'agent.renewal_rejected'));
  await until(() => agent.status().connection.state === 'connected');
  const after = await storedIdentity(scene);
  assert.equal(after.current.certificate, before.current.certificate);
});
