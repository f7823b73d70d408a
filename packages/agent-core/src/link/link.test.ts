import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AGENT_PATHS, CHANNEL_CLOSE, CLIENT_SETTINGS } from '@moorline/contracts/agent';
import { systemClock } from '@moorline/kernel';
import { createHeldClock } from '../testing/held-clock.ts';
import { createScene, until } from '../testing/scene.ts';
import { openTlsSessions } from './tls-sessions.ts';

test('an agent that lost its authority comes back by itself and catches up', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = await scene.runningAgent();
  await authority.vanish();
  await until(() => agent.status().connection.state === 'disconnected');
  assert.match(agent.status().connection.reason, /Next attempt in/);
  authority.act({ id: 'a-1', kind: 'refreshMachinePolicy' });
  await authority.listen();
  await authority.until(() => authority.reports.some(({ state }) => state === 'succeeded'));
  await until(() => agent.status().connection.state === 'connected');
});

test('a return after a loss costs one connection and no request, and the poll keeps its time', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  const agent = await scene.runningAgent();
  clock.advance(30 * 60_000);
  await authority.vanish();
  await until(() => agent.status().connection.state === 'disconnected');
  const before = authority.requests.length;
  const syncedAt = agent.status().lastSyncAt;
  await authority.listen();
  clock.advance(5_000);
  await authority.until(() => authority.channels === 1);
  await until(() => agent.status().connection.state === 'connected');
  await authority.ping();
  const asked = authority.requests.slice(before);
  assert.deepEqual(
    asked.map(({ path }) => path),
    [AGENT_PATHS.channel],
  );
  assert.equal(agent.status().lastSyncAt, syncedAt);
  // With draws of nothing a period is nine tenths: 54 min after the last poll, not after the return.
  clock.advance(24 * 60_000);
  await authority.until(() => authority.requests.at(-1)?.path === AGENT_PATHS.desired);
});

test('desired state that moved while the agent was away is fetched on its return', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = await scene.runningAgent();
  await authority.vanish();
  await until(() => agent.status().connection.state === 'disconnected');
  authority.desire(CLIENT_SETTINGS, {
    policyPollMinutes: 45,
    inventoryMinutes: 60,
    disabledClasses: [],
  });
  await authority.listen();
  await until(() => agent.status().settings.policyPollMinutes === 45);
});

test('an agent that starts without its authority waits for it', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const first = scene.agent();
  await first.enrol(authority.invitation());
  await first[Symbol.asyncDispose]();
  await authority.vanish();
  const agent = scene.agent();
  await agent.start(new AbortController().signal);
  await until(() => agent.status().connection.state === 'disconnected');
  assert.match(agent.status().connection.reason, /Cannot reach https:\/\/127\.0\.0\.1/);
  await authority.listen();
  await until(() => agent.status().lastInventoryAt !== null);
});

test('a revoked device says so, keeps away, and may enrol anew', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  const agent = await scene.runningAgent();
  const former = agent.status().deviceId;
  const serial = authority.requests.at(-1)?.serial ?? '';
  authority.isRevoked = (shown) => shown === serial;
  authority.closeChannels(CHANNEL_CLOSE.revoked, 'This device was retired.');
  await until(() => agent.status().connection.state === 'refused');
  assert.match(
    agent.status().connection.reason,
    /^This device was retired\. Next attempt in 5\d min/,
  );
  const before = authority.requests.length;
  clock.advance(50 * 60_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    authority.requests.slice(before).filter(({ path }) => path === AGENT_PATHS.channel),
    [],
  );
  await agent.enrol(authority.invitation());
  await until(() => agent.status().connection.state === 'connected');
  assert.notEqual(agent.status().deviceId, former);
  await until(() => agent.status().lastInventoryAt !== null);
});

test('a revoked certificate is recognized when the channel is refused at once', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = await scene.runningAgent();
  authority.isRevoked = () => true;
  authority.closeChannels(CHANNEL_CLOSE.goingAway);
  await until(() => agent.status().connection.state === 'refused');
  assert.match(agent.status().connection.reason, /retired by an administrator/);
});

test('a second process with the same identity is pointed out', async () => {
  await using scene = await createScene();
  const agent = await scene.runningAgent();
  scene.authority.closeChannels(CHANNEL_CLOSE.replaced);
  await until(() => agent.status().connection.state === 'replaced');
  assert.deepEqual(
    agent.status().warnings.map(({ code }) => code),
    ['agent.identity_in_use'],
  );
});

test('a pause that the authority asks for is kept', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  const agent = await scene.runningAgent();
  authority.intercept = ({ path }) =>
    path === AGENT_PATHS.desired ? { status: 503, headers: { 'retry-after': '120' } } : undefined;
  const tries = () => authority.requests.filter(({ path }) => path === AGENT_PATHS.desired).length;
  const before = tries();
  authority.nudge({ desired: true });
  await until(() => agent.status().warnings.length > 0);
  authority.intercept = () => undefined;
  clock.advance(119_000);
  authority.nudge({ desired: true });
  await authority.ping();
  assert.equal(tries(), before + 1);
  clock.advance(2_000);
  await authority.until(() => tries() === before + 2);
});

test('a silent channel is given up and opened again', async () => {
  const clock = createHeldClock();
  await using scene = await createScene({ clock });
  const { authority } = scene;
  const agent = await scene.runningAgent();
  await authority.ping();
  const channels = () =>
    authority.requests.filter(({ path }) => path === AGENT_PATHS.channel).length;
  for (let look = 0; look < 4 && agent.status().connection.state === 'connected'; look++) {
    clock.advance(75_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => agent.status().connection.state === 'disconnected');
  assert.match(agent.status().connection.reason, /silent/);
  clock.advance(5_000);
  await until(() => agent.status().connection.state === 'connected');
  assert.equal(channels(), 2);
});

test('a clock that differs from the authority is pointed out', async () => {
  await using scene = await createScene({
    serverClock: { ...systemClock, now: () => Date.now() + 3_600_000 },
  });
  const agent = await scene.runningAgent();
  const warning = agent.status().warnings.find(({ code }) => code === 'agent.clock_wrong');
  assert.match(warning?.text ?? '', /60 min behind/);
});

test('a stopped agent has closed its channel', async () => {
  await using scene = await createScene();
  const agent = await scene.runningAgent();
  assert.equal(agent.status().connection.state, 'connected');
  assert.equal(scene.authority.channels, 1);
  await agent[Symbol.asyncDispose]();
  await scene.authority.until(() => scene.authority.channels === 0);
  assert.equal(agent.status().connection.state, 'stopped');
});

test('after the first connection every one resumes its session, also with an authority that was away', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = await scene.runningAgent();
  const made = authority.requests.filter(({ serial }) => serial !== '');
  const [first] = made;
  assert.equal(first?.isResumed, false);
  const before = authority.requests.length;
  await authority.vanish();
  await until(() => agent.status().connection.state === 'disconnected');
  await authority.listen();
  await until(() => agent.status().connection.state === 'connected');
  authority.nudge({ desired: true });
  const since = () => authority.requests.slice(before);
  await authority.until(() => since().some(({ path }) => path === AGENT_PATHS.desired));
  assert.equal(since()[0]?.path, AGENT_PATHS.channel);
  for (const { path, isResumed } of since()) assert.ok(isResumed, path);
});

test('an agent that starts again resumes the session that it kept, in a file that only it can read', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const first = await scene.runningAgent();
  const { deviceId } = first.status();
  await first[Symbol.asyncDispose]();
  const file = join(scene.folder, 'devices', deviceId ?? '', 'tls-session.json');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const before = authority.requests.length;
  const second = scene.agent();
  await second.start(new AbortController().signal);
  await until(() => second.status().connection.state === 'connected');
  assert.equal(authority.requests[before]?.isResumed, true);
});

test('a kept session that is damaged costs a full handshake and nothing more', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const first = await scene.runningAgent();
  const { deviceId } = first.status();
  await first[Symbol.asyncDispose]();
  const file = join(scene.folder, 'devices', deviceId ?? '', 'tls-session.json');
  const kept = JSON.parse(await readFile(file, 'utf8'));
  for (const text of ['{', JSON.stringify({ ...kept, session: 'AAAA' })]) {
    await writeFile(file, text);
    const before = authority.requests.length;
    const agent = scene.agent();
    await agent.start(new AbortController().signal);
    await until(() => agent.status().connection.state === 'connected');
    assert.equal(authority.requests[before]?.isResumed, false);
    await agent[Symbol.asyncDispose]();
  }
});

test('a session stands for one certificate: the next one begins with none', async () => {
  await using scene = await createScene();
  const file = join(scene.folder, 'tls-session.json');
  await mkdir(scene.folder, { recursive: true });
  const credential = { url: 'https://a', ca: 'root', certificate: 'one' };
  const sessions = await openTlsSessions(file);
  sessions.of(credential).keep(Buffer.from('a ticket'));
  await sessions[Symbol.asyncDispose]();
  const again = await openTlsSessions(file);
  assert.equal(String(again.of(credential).present), 'a ticket');
  for (const other of [{ certificate: 'two' }, { url: 'https://b' }, { ca: 'other' }]) {
    assert.equal(again.of({ ...credential, ...other }).present, undefined);
  }
});

test('the first attempt after a lost channel is spread as the authority said; those after it back off', async () => {
  const clock = createHeldClock();
  let draw = 0;
  await using scene = await createScene({ clock, draw: () => draw });
  const { authority } = scene;
  authority.reconnectSpread = 60;
  const agent = await scene.runningAgent();
  const reason = () => agent.status().connection.reason;
  draw = 0.5;
  await authority.vanish();
  await until(() => agent.status().connection.state === 'disconnected');
  assert.match(reason(), /Next attempt in 30 s/);
  clock.advance(29_000);
  assert.match(reason(), /Next attempt in 30 s/);
  clock.advance(1_000);
  await until(() => /Next attempt in [12] s/.test(reason()));
  await authority.listen();
  clock.advance(2_000);
  await until(() => agent.status().connection.state === 'connected');
});
