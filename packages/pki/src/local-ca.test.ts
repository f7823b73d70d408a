import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MoorlineError, silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import type { Issuer } from './issuer.ts';
import { openLocalCa } from './local-ca.ts';

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-ca-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function open(folder: string, name = 'HQ1'): Promise<Issuer> {
  const deps = { clock: systemClock, entropy: systemEntropy, logger: silentLogger };
  return openLocalCa({ folder, name, ...deps });
}

test('the authority is made once and is the same when it is opened again', () =>
  withFolder(async (folder) => {
    const first = await open(folder);
    const second = await open(folder, 'another name');
    assert.equal(second.caFingerprint, first.caFingerprint);
    assert.equal(await readFile(join(folder, 'ca.pem'), 'utf8'), first.caCertificate);
  }));

test('the authority may sign certificates and nothing below it may', () =>
  withFolder(async (folder) => {
    const ca = new X509Certificate((await open(folder)).caCertificate);
    assert.equal(ca.ca, true);
    assert.equal(ca.toLegacyObject().subject.CN, 'HQ1 CA');
    // basicConstraints, critical: cA TRUE, pathLenConstraint 0.
    assert.ok(ca.raw.includes(Buffer.from('0603551d130101ff040830060101ff020100', 'hex')));
    // keyUsage, critical: keyCertSign and cRLSign.
    assert.ok(ca.raw.includes(Buffer.from('0603551d0f0101ff040403020106', 'hex')));
    const years = (ca.validToDate.getTime() - Date.now()) / (365.25 * 24 * 3_600_000);
    assert.ok(years > 9.99 && years < 10.01);
  }));

test('the key is readable by its owner alone', { skip: process.platform === 'win32' }, () =>
  withFolder(async (folder) => {
    await open(folder);
    assert.equal((await stat(join(folder, 'authority.pem'))).mode & 0o777, 0o600);
  }),
);

test('two openings at once end with one authority', () =>
  withFolder(async (folder) => {
    const issuers = await Promise.all([open(folder), open(folder), open(folder)]);
    assert.equal(new Set(issuers.map((issuer) => issuer.caFingerprint)).size, 1);
    assert.deepEqual((await readdir(folder)).sort(), ['authority.pem', 'ca.pem']);
  }));

test('a kill in the middle of the creation leaves no half authority', () =>
  withFolder(async (folder) => {
    for (const delayMs of [1, 5]) {
      const child = fork(join(import.meta.dirname, 'create-ca.fixture.ts'), [folder]);
      await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const issuer = await open(folder);
      assert.ok(new X509Certificate(issuer.caCertificate).ca);
      await rm(join(folder, 'authority.pem'));
    }
  }));

test('a damaged authority is refused with its file and never replaced', () =>
  withFolder(async (folder) => {
    await open(folder);
    const file = join(folder, 'authority.pem');
    const half = (await readFile(file, 'utf8')).slice(0, 120);
    await writeFile(file, half);
    await assert.rejects(open(folder), (error) => {
      assert.ok(error instanceof MoorlineError);
      assert.equal(error.code, 'pki.ca_unreadable');
      assert.ok(error.message.includes(file));
      return true;
    });
    assert.equal(await readFile(file, 'utf8'), half);
  }));

test('a key that is not that of the certificate is refused', () =>
  withFolder(async (folder) => {
    await open(folder);
    const file = join(folder, 'authority.pem');
    const ours = await readFile(file, 'utf8');
    await rm(file);
    await open(folder);
    const theirs = await readFile(file, 'utf8');
    const end = '-----END PRIVATE KEY-----\n';
    await writeFile(file, ours.split(end)[0] + end + theirs.split(end)[1]);
    await assert.rejects(
      open(folder),
      (error) => error instanceof MoorlineError && error.code === 'pki.ca_unreadable',
    );
  }));
