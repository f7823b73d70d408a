import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AGENT_PATHS } from '@moorline/contracts/agent';
import { createScene } from '../testing/scene.ts';

test('a device enrols and keeps key and certificate where only it can read them', async () => {
  await using scene = await createScene();
  const agent = scene.agent();
  const enrolled = await agent.enrol(scene.authority.invitation());
  assert.deepEqual(scene.authority.devices, [enrolled.deviceId]);
  assert.equal(enrolled.authorityName, 'Test authority');
  const path = join(scene.folder, 'identity.json');
  const { current } = JSON.parse(await readFile(path, 'utf8'));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await stat(scene.folder)).mode & 0o777, 0o700);
  assert.ok(
    new X509Certificate(current.certificate).checkPrivateKey(createPrivateKey(current.privateKey)),
  );
  assert.ok(!(await readdir(scene.folder)).includes('pending-key.json'));
});

test('the private key is in nothing that is sent', async () => {
  await using scene = await createScene();
  await scene.agent().enrol(scene.authority.invitation());
  const { current } = JSON.parse(await readFile(join(scene.folder, 'identity.json'), 'utf8'));
  const secret = current.privateKey.split('\n')[1];
  assert.ok(secret.length > 20);
  assert.ok(!JSON.stringify(scene.authority.requests).includes(secret));
});

test('an enrolment whose answer was lost is repeated with the same key and gives one device', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = scene.agent();
  authority.intercept = () => ({ status: 0, cut: 'after' });
  await assert.rejects(agent.enrol(authority.invitation()), { code: 'agent.unreachable' });
  await agent[Symbol.asyncDispose]();
  authority.intercept = () => undefined;
  const { deviceId } = await scene.agent().enrol(authority.invitation());
  assert.deepEqual(authority.devices, [deviceId]);
  const csrs = authority.requests.map(({ body }) => (body as { csr: string }).csr);
  assert.equal(new Set(csrs).size, 1);
});

test('a server with another root is refused before anything is sent', async () => {
  await using scene = await createScene();
  const text = scene.authority.invitation({ rootFingerprint: 'a'.repeat(64) });
  await assert.rejects(scene.agent().enrol(text), { code: 'pki.root_mismatch' });
  assert.deepEqual(scene.authority.requests, []);
});

test("the authority's refusal is shown in its own words", async () => {
  await using scene = await createScene();
  scene.authority.intercept = ({ path }) =>
    path === AGENT_PATHS.enrol
      ? {
          status: 403,
          body: { code: 'enrolment.token_expired', detail: 'The token expired yesterday.' },
        }
      : undefined;
  await assert.rejects(scene.agent().enrol(scene.authority.invitation()), {
    message: 'The token expired yesterday.',
  });
});

test('a text that is no enrolment token is refused', async () => {
  await using scene = await createScene();
  await assert.rejects(scene.agent().enrol('mlj1.something'), { code: 'agent.token_malformed' });
});

test('the token of the present identity changes nothing, another one is refused', async () => {
  await using scene = await createScene();
  const { authority } = scene;
  const agent = scene.agent();
  const { deviceId } = await agent.enrol(authority.invitation());
  const sent = authority.requests.length;
  assert.equal((await agent.enrol(authority.invitation())).deviceId, deviceId);
  assert.equal(authority.requests.length, sent);
  const other = authority.invitation().replace(/^/, ' ');
  assert.equal((await agent.enrol(other)).deviceId, deviceId);
  const { encodeInvitation, ENROL_PREFIX } = await import('@moorline/contracts/agent');
  const foreign = encodeInvitation(ENROL_PREFIX, {
    url: authority.url,
    rootFingerprint: 'b'.repeat(64),
    id: 'invitation-2',
    secret: 's',
  });
  await assert.rejects(agent.enrol(foreign), { code: 'agent.already_enrolled' });
});

test('two agents cannot have one folder at once', async () => {
  await using scene = await createScene();
  const first = scene.agent();
  await first.start(new AbortController().signal);
  const second = scene.agent();
  await assert.rejects(second.start(new AbortController().signal), {
    code: 'agent.folder_in_use',
  });
  await first[Symbol.asyncDispose]();
  await scene.agent().start(new AbortController().signal);
});

test('a damaged identity is named, not overwritten', async () => {
  await using scene = await createScene();
  const agent = scene.agent();
  await agent.start(new AbortController().signal);
  await agent[Symbol.asyncDispose]();
  await writeFile(join(scene.folder, 'identity.json'), '{"deviceId":');
  await assert.rejects(scene.agent().start(new AbortController().signal), {
    code: 'agent.identity_damaged',
  });
});
