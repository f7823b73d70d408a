import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { openLocalCa } from '@moorline/pki';
import { describeStep, type TrustSystem, trustPlan } from './trust-plan.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-trust-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const { caCertificate, caFingerprint } = await openLocalCa({
  folder: scratch,
  name: 'Trust',
  clock: systemClock,
  entropy: systemEntropy,
  logger: silentLogger,
});
const name = `moorline-${caFingerprint.slice(0, 16)}`;

function plan(
  action: 'add' | 'remove',
  system: Partial<TrustSystem>,
): readonly string[] | undefined {
  return trustPlan(caCertificate, action, {
    platform: 'linux',
    exists: () => false,
    temporaryFolder: '/tmp',
    ...system,
  })?.map(describeStep);
}

test('on Debian the certificate is one file of the local store', () => {
  const debian = { exists: (path: string) => path === '/usr/local/share/ca-certificates' };
  const file = `/usr/local/share/ca-certificates/${name}.crt`;
  assert.deepEqual(plan('add', debian), [
    `write the certificate to ${file}`,
    'run update-ca-certificates --fresh',
  ]);
  assert.deepEqual(plan('remove', debian), [
    `remove ${file}`,
    'run update-ca-certificates --fresh',
  ]);
});

test('on Red Hat the certificate is one anchor', () => {
  const redHat = { exists: (path: string) => path === '/etc/pki/ca-trust/source/anchors' };
  assert.deepEqual(plan('add', redHat), [
    `write the certificate to /etc/pki/ca-trust/source/anchors/${name}.pem`,
    'run update-ca-trust extract',
  ]);
});

test('macOS and Windows are asked through their own programs, and nothing is left in the way', () => {
  assert.match(
    plan('add', { platform: 'darwin' })?.join('; ') ?? '',
    /run security add-trusted-cert .*; remove \/tmp/,
  );
  assert.match(
    plan('remove', { platform: 'win32' })?.join('; ') ?? '',
    /^run certutil -delstore Root [0-9A-F]{40}$/,
  );
});

test('a system whose store is not known has no plan', () => {
  assert.equal(plan('add', {}), undefined);
  assert.equal(plan('add', { platform: 'freebsd' }), undefined);
});

test('what is not a certificate is refused before anything is planned', () => {
  assert.throws(() =>
    trustPlan('no pem', 'add', { platform: 'linux', exists: () => true, temporaryFolder: '/' }),
  );
});
