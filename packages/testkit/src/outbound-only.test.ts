import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeCluster } from '@moorline/db';
import { silentLogger, systemClock } from '@moorline/kernel';
import { type Child, startChild } from './child.ts';
import {
  createNetworkPair,
  type NetworkEnd,
  type NetworkPair,
  NoNetworkPair,
} from './network-pair.ts';
import { programFile } from './program-file.ts';

interface Ready {
  readonly adminUrl: string;
  readonly caFile: string;
}

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function runIn(end: NetworkEnd, args: readonly string[], cwd: string): Promise<Outcome> {
  const [program, ...wrapper] = end.wrapper;
  const child = spawn(program, [...wrapper, process.execPath, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', MOORLINE_DATA: cwd },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

function pairOrReason(): NetworkPair | string {
  try {
    return createNetworkPair();
  } catch (error) {
    if (error instanceof NoNetworkPair) return error.message;
    throw error;
  }
}

test('a site that drops everything that comes from the tenant by itself attaches, uploads and acts', async (context) => {
  const made = pairOrReason();
  if (typeof made === 'string') {
    context.skip(`NOT PROVED HERE: ${made}`);
    return;
  }
  using pair = made;
  const folder = await mkdtemp(join(tmpdir(), 'moorline-outbound-'));
  await chmod(folder, 0o711);
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    for (const host of ['tenant', 'site']) {
      await removeCluster(join(folder, host, 'postgres'), silentLogger);
    }
    await rm(folder, { recursive: true, force: true });
  });
  const start = async <T>(
    app: 'tenant' | 'site' | 'agent',
    end: NetworkEnd,
    ...args: readonly string[]
  ): Promise<Child<T>> =>
    stack.use(
      await startChild<T>({
        program: programFile(app),
        args: ['run', '--data', join(folder, app), ...args],
        wrapper: end.wrapper,
        logFile: join(folder, `${app}.log`),
      }),
    );
  const moorline = async (end: NetworkEnd, ...args: readonly string[]): Promise<Outcome> =>
    runIn(end, [programFile('cli'), ...args], folder);
  const json = async <T>(end: NetworkEnd, ...args: readonly string[]): Promise<T> => {
    const { code, out, err } = await moorline(end, ...args, '-o', 'json');
    assert.equal(code, 0, `${args.join(' ')}: ${err}${out}`);
    return JSON.parse(out);
  };

  for (const [name, end, port] of [
    ['tenant', pair.tenant, '8443'],
    ['site', pair.site, '9443'],
  ] as const) {
    const host = await start<Ready>(name, end, '--host', end.address, '--port', port);
    const { token } = await host.request<{ token: string }>('apiToken', { name: 'test' });
    const added = await moorline(
      end,
      ...['context', 'add', name, '--url', host.ready.adminUrl],
      ...['--token', token, '--ca-file', host.ready.caFile],
    );
    assert.equal(added.code, 0, added.err);
  }
  const knock = `require('node:net').connect(9444, '${pair.site.address}').on('connect', () => process.exit(0)).setTimeout(1500, () => process.exit(7))`;
  assert.equal((await runIn(pair.tenant, ['-e', knock], folder)).code, 7);
  assert.ok(pair.dropped() > 0);

  const at = { tenant: ['--context', 'tenant'], site: ['--context', 'site'] };
  const { token } = await json<{ token: string }>(
    pair.tenant,
    ...['connectors', 'join-token', ...at.tenant],
  );
  const checks = await json<{ id: string; status: string; evidence: string }[]>(
    pair.site,
    ...['attach', 'check', ...at.site, '--join-token', token],
  );
  assert.deepEqual(
    checks.filter(({ status }) => status === 'fail'),
    [],
  );
  await json(pair.site, 'attach', ...at.site, token);
  const spent = await moorline(
    pair.site,
    ...['attach', 'check', ...at.site, '--join-token', token],
  );
  assert.equal(spent.code, 1, 'a check that fails is an exit code');
  assert.match(
    spent.out,
    /^FAIL {2}The right at the tenant \(tenantRight\)\n {2}evidence: This join token has/m,
  );
  const firewall = await moorline(
    pair.site,
    ...['attach', 'endpoints', ...at.site, '--check', '-o', 'firewall', '--format', 'nftables'],
  );
  assert.match(firewall.out, /ip daddr \{ 10\.213\.1\.1 \} tcp dport 8444 accept/);
  const enrolment = await json<{ token: string }>(
    pair.site,
    ...['enrolment-tokens', 'create', ...at.site],
  );
  await start('agent', pair.site, '--enrol', enrolment.token);
  const deadline = systemClock.now() + 30_000;
  let devices: { id: string; online: boolean }[] = [];
  while (!devices[0]?.online && systemClock.now() < deadline) {
    devices = await json(pair.tenant, 'devices', 'list', ...at.tenant);
  }
  assert.equal(devices.length, 1, 'the device was not uploaded');
  const acted = await moorline(
    pair.tenant,
    ...['devices', 'action', devices[0]?.id ?? '', 'refreshMachinePolicy', ...at.tenant, '--wait'],
  );
  assert.equal(acted.code, 0, acted.err + acted.out);
});
