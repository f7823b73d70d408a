import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AGENT_PATHS } from '@moorline/contracts/agent';
import { createScene, type Scene, until } from '../testing/scene.ts';
import type { TestAuthority } from '../testing/test-authority.ts';

function statesOf(authority: TestAuthority, id: string): string[] {
  return authority.reports.filter((report) => report.id === id).map(({ state }) => state);
}

function endOf(authority: TestAuthority, id: string): Promise<void> {
  return authority.until(() =>
    statesOf(authority, id).some((state) => state === 'succeeded' || state === 'failed'),
  );
}

test('syncing the machine policy applies it and starts an inventory', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = await scene.runningAgent();
  const inventoryAt = agent.status().lastInventoryAt;
  authority.desire('other', { value: 1 });
  authority.act({ id: 'a-1', kind: 'refreshMachinePolicy' });
  authority.nudge({ actions: true });
  await endOf(authority, 'a-1');
  assert.deepEqual(statesOf(authority, 'a-1'), ['deliveredToDevice', 'running', 'succeeded']);
  assert.deepEqual(authority.reports.at(-1)?.result, {
    errorCode: 0,
    message: 'Policy is current: 1 document, 1 changed. An inventory of 4 classes has started.',
    details: { documents: 1, changed: 1, classes: 4, inventory: 'started' },
  });
  await until(() => agent.status().lastInventoryAt !== inventoryAt);
});

test('an action that comes again is not run again, and its last report is sent again', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  let runs = 0;
  const agent = await scene.runningAgent({
    actionHandlers: {
      count: {
        isRepeatable: true,
        run: () => Promise.resolve({ errorCode: 0, message: `${++runs}`, details: {} }),
      },
    },
  });
  for (const round of [1, 2]) {
    authority.act({ id: 'a-1', kind: 'count' });
    authority.nudge({ actions: true });
    await authority.until(
      () => statesOf(authority, 'a-1').filter((state) => state === 'succeeded').length === round,
    );
    // A report that is still on its way is not sent a second time.
    await until(() => agent.status().reports.pending === 0);
  }
  assert.equal(runs, 1);
  assert.equal(authority.reports.at(-1)?.result?.message, '1');
});

test('an action of an unknown kind fails with a clear word', async () => {
  await using scene = await createScene();
  await scene.runningAgent();
  scene.authority.act({ id: 'a-1', kind: 'makeCoffee' });
  scene.authority.nudge({ actions: true });
  await endOf(scene.authority, 'a-1');
  const { state, result } = scene.authority.reports.at(-1) ?? {};
  assert.equal(state, 'failed');
  assert.equal(result?.details.code, 'notSupported');
  assert.match(result?.message ?? '', /does not know the action makeCoffee/);
});

test('an action that is cancelled before it runs never runs, and one that waits behind it does', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const gate = Promise.withResolvers<void>();
  const ran: string[] = [];
  await scene.runningAgent({
    actionHandlers: {
      gated: {
        isRepeatable: false,
        async run({ id }) {
          ran.push(id);
          await gate.promise;
          return { errorCode: 0, message: 'Done.', details: {} };
        },
      },
    },
  });
  for (const id of ['a-1', 'a-2', 'a-3']) authority.act({ id, kind: 'gated' });
  authority.nudge({ actions: true });
  await authority.until(() => statesOf(authority, 'a-3').includes('deliveredToDevice'));
  authority.cancel('a-2');
  authority.cancel('a-1');
  authority.cancel('a-unknown');
  authority.nudge({ actions: true });
  await authority.until(() => statesOf(authority, 'a-unknown').includes('cancelled'));
  assert.deepEqual(statesOf(authority, 'a-2'), ['deliveredToDevice', 'cancelled']);
  gate.resolve();
  await endOf(authority, 'a-3');
  assert.deepEqual(ran, ['a-1', 'a-3']);
  assert.equal(statesOf(authority, 'a-1').at(-1), 'succeeded');
  authority.act({ id: 'a-unknown', kind: 'gated' });
  authority.act({ id: 'a-4', kind: 'gated' });
  authority.nudge({ actions: true });
  await endOf(authority, 'a-4');
  assert.deepEqual(ran, ['a-1', 'a-3', 'a-4']);
});

test('an expired action is not run', async () => {
  await using scene = await createScene();
  let runs = 0;
  await scene.runningAgent({
    actionHandlers: {
      count: { isRepeatable: true, run: () => Promise.reject(new Error(`${++runs}`)) },
    },
  });
  scene.authority.act({ id: 'a-1', kind: 'count', expiresAt: '2020-01-01T00:00:00.000Z' });
  scene.authority.nudge({ actions: true });
  await endOf(scene.authority, 'a-1');
  assert.equal(scene.authority.reports.at(-1)?.result?.details.code, 'expired');
  assert.equal(runs, 0);
});

test('a handler that throws ends the action as failed without telling its secrets', async () => {
  await using scene = await createScene();
  await scene.runningAgent({
    actionHandlers: {
      broken: { isRepeatable: true, run: () => Promise.reject(new Error('password=hunter2')) },
    },
  });
  scene.authority.act({ id: 'a-1', kind: 'broken' });
  scene.authority.nudge({ actions: true });
  await endOf(scene.authority, 'a-1');
  assert.doesNotMatch(JSON.stringify(scene.authority.reports), /hunter2/);
});

test('reports made while the authority is away arrive when it is back, in order', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const gate = Promise.withResolvers<void>();
  const agent = await scene.runningAgent({
    actionHandlers: {
      gated: {
        isRepeatable: false,
        async run() {
          await gate.promise;
          return { errorCode: 0, message: 'Done.', details: {} };
        },
      },
    },
  });
  authority.act({ id: 'a-1', kind: 'gated' });
  authority.nudge({ actions: true });
  await authority.until(() => statesOf(authority, 'a-1').includes('running'));
  await until(() => agent.status().reports.pending === 0);
  await authority.vanish();
  gate.resolve();
  await until(() => agent.status().reports.pending === 1);
  await agent[Symbol.asyncDispose]();
  await authority.listen();
  await scene.agent().start(new AbortController().signal);
  await endOf(authority, 'a-1');
  assert.deepEqual(statesOf(authority, 'a-1'), ['deliveredToDevice', 'running', 'succeeded']);
});

test('a report that the authority does not take does not hold up the others', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = await scene.runningAgent();
  authority.intercept = ({ path, body }) =>
    path === AGENT_PATHS.reports && JSON.stringify(body).includes('a-bad')
      ? { status: 404, body: { code: 'actions.not_found', detail: 'No such action.' } }
      : undefined;
  authority.act({ id: 'a-bad', kind: 'refreshMachinePolicy' });
  authority.act({ id: 'a-good', kind: 'refreshMachinePolicy' });
  authority.nudge({ actions: true });
  await endOf(authority, 'a-good');
  await until(() => agent.status().reports.pending === 0);
});

test('an action cut off by a kill is reported as interrupted and never run twice', async () => {
  await using scene = await createScene();
  const child = await runningChild(scene, 'slow');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await writeFile(join(scene.folder, 'finish'), '');
  await using _second = await startChild(scene);
  await endOf(scene.authority, 'a-1');
  const { state, result } = scene.authority.reports.at(-1) ?? {};
  assert.equal(state, 'failed');
  assert.equal(result?.details.code, 'interrupted');
  assert.equal(await readFile(join(scene.folder, 'runs'), 'utf8'), 'a-1\n');
});

test('a repeatable action cut off by a kill is run again and reported once', async () => {
  await using scene = await createScene();
  const child = await runningChild(scene, 'slowRepeatable');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await writeFile(join(scene.folder, 'finish'), '');
  await using _second = await startChild(scene);
  await endOf(scene.authority, 'a-1');
  assert.deepEqual(
    statesOf(scene.authority, 'a-1').filter((state) => state !== 'running'),
    ['deliveredToDevice', 'succeeded'],
  );
  assert.equal(await readFile(join(scene.folder, 'runs'), 'utf8'), 'a-1\na-1\n');
});

const PROGRAM = fileURLToPath(new URL('../testing/agent-process.ts', import.meta.url));

async function startChild(scene: Scene, token?: string): Promise<AsyncDisposable & ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, scene.folder, ...(token ? [token] : [])], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  });
}

/** A child whose action runs and whose authority knows it. */
async function runningChild(scene: Scene, kind: string): Promise<ChildProcess> {
  const { authority } = scene;
  authority.act({ id: 'a-1', kind });
  const child = await startChild(scene, authority.invitation());
  await authority.until(() => statesOf(authority, 'a-1').includes('running'));
  const runs = join(scene.folder, 'runs');
  for (;;) {
    const text = await readFile(runs, 'utf8').catch(() => '');
    if (text.length > 0) return child;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
