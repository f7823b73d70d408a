import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { systemClock } from '@moorline/kernel';
import { createProcessWorld, type ProcessWorld } from '@moorline/testkit/processes';
import type { ActionEvent } from '../fleet/actions.ts';
import { startFleetProcess } from './fleet-process.ts';
import { fleetArguments, readFleetArguments } from './options.ts';

let world: ProcessWorld;
before(async () => {
  world = await createProcessWorld();
  await world.start('site');
});
after(() => world[Symbol.asyncDispose]());

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 40_000;
  while (!(await holds())) {
    assert.ok(systemClock.now() < deadline, `in time: ${what}`);
    await systemClock.sleep(50);
  }
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

test('arguments are read as they were written', () => {
  const options = {
    devices: 12,
    first: 3,
    seed: 'a b',
    profile: 'lab',
    folder: '/x',
    chaos: true,
    alwaysOnline: true,
    localAddress: '127.0.0.2',
    requestLimit: 9,
    live: true,
    events: true,
  };
  assert.deepEqual(readFleetArguments(fleetArguments(options)), options);
  assert.throws(() => readFleetArguments(['run', '--devises', '3']));
});

test('a fleet in its own process comes back after its site was killed, and acts', async () => {
  const { token } = await world.clients.site.enrolmentTokens.create({ quota: 6 });
  const events: ActionEvent[] = [];
  await using fleet = await startFleetProcess(
    { devices: 6, profile: 'lab', seed: 'restart', events: true },
    { onAction: (event) => events.push(event) },
  );
  assert.deepEqual(fleet.ready, { devices: 6, enrolled: 0 });
  await fleet.request('enrol', { invitation: token ?? '' });
  assert.equal((await fleet.request('connect', {})).connected, 6);

  await world.kill('site');
  await until(
    'the loss is noticed',
    async () => (await fleet.request('stats', {})).connected === 0,
  );
  await world.start('site');
  await until('all are back', async () => (await fleet.request('stats', {})).connected === 6);

  const [id] = await fleet.request('deviceIds', {});
  const { devices, actions } = world.clients.site;
  const action = await devices.triggerAction(id ?? '', 'refreshMachinePolicy');
  await until('it is answered', async () => (await actions.get(action)).state === 'succeeded');
  assert.ok(events.some(({ actionId, stage }) => actionId === action && stage === 'received'));
});

test('the process ends in order while its site does not answer', async () => {
  const { token } = await world.clients.site.enrolmentTokens.create({ quota: 6 });
  const fleet = await startFleetProcess({ devices: 6, profile: 'lab', seed: 'silent' });
  await fleet.request('enrol', { invitation: token ?? '' });
  await fleet.request('connect', {});
  const { pid } = world.host('site');
  process.kill(pid, 'SIGSTOP');
  try {
    for (let index = 0; index < 6; index++)
      fleet.request('changeDocument', { index }).catch(() => {});
    const before = systemClock.now();
    await fleet[Symbol.asyncDispose]();
    assert.equal(await fleet.exited, 'exit code 0');
    assert.ok(systemClock.now() - before < 8_000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('what the process cannot do is said in its own words', async () => {
  await assert.rejects(startFleetProcess({ devices: 1, profile: 'labb' }), /did you mean lab\?/);
  await using fleet = await startFleetProcess({ devices: 1, profile: 'lab' });
  await assert.rejects(fleet.request('enrol', { invitation: 'x' }), /no enrolment token/);
});

test('the process ends when its parent lets go of it, and a killed one is told of', async () => {
  const disposed = await startFleetProcess({ devices: 1, profile: 'lab' });
  await disposed[Symbol.asyncDispose]();
  assert.equal(await disposed.exited, 'exit code 0');
  assert.equal(isAlive(disposed.pid), false);
  await using killed = await startFleetProcess({ devices: 1, profile: 'lab' });
  killed.kill();
  assert.equal(await killed.exited, 'signal SIGKILL');
  await assert.rejects(killed.request('stats', {}), { code: 'simulator.process_ended' });
});
