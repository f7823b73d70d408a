import { spawnSync } from 'node:child_process';

/** Two network namespaces joined by a cable, and to nothing else. */
export interface NetworkPair extends Disposable {
  readonly tenant: NetworkEnd;
  readonly site: NetworkEnd;
  /** New connections from the tenant's side that the site's firewall has dropped. */
  dropped(): number;
}

export interface NetworkEnd {
  readonly address: string;
  /** Runs a program in it: what to put before its name. */
  readonly wrapper: readonly [program: string, ...args: string[]];
}

/** Why there is no pair here; the caller skips its test with it. */
export class NoNetworkPair extends Error {}

/**
 * Makes the pair, with a firewall at the site's end that drops every packet that the site did not ask for.
 * Needs root, iproute2 and nftables (installed when that is allowed).
 * @throws NoNetworkPair
 */
export function createNetworkPair(): NetworkPair {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new NoNetworkPair('network namespaces need root on Linux');
  }
  provide('nft', 'nftables');
  provide('ip', 'iproute2');
  const suffix = `${process.pid}`;
  const [tenant, site] = [`mlt${suffix}`, `mls${suffix}`];
  const ends = { tenant: '10.213.1.1', site: '10.213.1.2' };
  const dispose = (): void => {
    for (const name of [tenant, site]) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  };
  try {
    for (const name of [tenant, site]) run('ip', 'netns', 'add', name);
    run('ip', 'link', 'add', 'ml0', 'netns', tenant, 'type', 'veth', 'peer', 'ml0', 'netns', site);
    for (const [name, address] of [
      [tenant, ends.tenant],
      [site, ends.site],
    ] as const) {
      run('ip', '-n', name, 'addr', 'add', `${address}/30`, 'dev', 'ml0');
      for (const device of ['ml0', 'lo']) run('ip', '-n', name, 'link', 'set', device, 'up');
    }
    for (const rule of [
      'add table inet moorline',
      'add chain inet moorline input { type filter hook input priority 0; policy drop; }',
      'add rule inet moorline input iif lo accept',
      'add rule inet moorline input ct state established,related accept',
      'add rule inet moorline input counter drop',
    ]) {
      run('ip', 'netns', 'exec', site, 'nft', rule);
    }
  } catch (error) {
    dispose();
    throw new NoNetworkPair(error instanceof Error ? error.message : String(error));
  }
  const end = (name: string, address: string): NetworkEnd => ({
    address,
    wrapper: ['ip', 'netns', 'exec', name],
  });
  return {
    tenant: end(tenant, ends.tenant),
    site: end(site, ends.site),
    dropped() {
      const rules = run('ip', 'netns', 'exec', site, 'nft', 'list', 'table', 'inet', 'moorline');
      return Number(/counter packets (\d+)/.exec(rules)?.[1] ?? 0);
    },
    [Symbol.dispose]: dispose,
  };
}

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

function provide(program: string, debianPackage: string): void {
  const isThere = (): boolean => !spawnSync(program, ['-V'], { stdio: 'ignore' }).error;
  if (isThere()) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['--no-install-recommends', 'install', debianPackage]]) {
    spawnSync('apt-get', ['-q', '-y', ...args], { stdio: 'ignore', env, timeout: 120_000 });
  }
  if (!isThere()) throw new NoNetworkPair(`${program} is not here and may not be installed`);
}
