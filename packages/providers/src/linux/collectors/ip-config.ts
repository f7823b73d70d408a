import { readAdapters } from '../adapters.ts';
import type { FileTree } from '../file-tree.ts';
import type { Host, KernelCalls } from '../host.ts';
import { ipv6Text, parseIpv4Gateways, parseIpv6Gateways } from '../routes.ts';
import type { FoundRow } from '../rows.ts';

const ROUTES_BYTES = 4 * 1024 * 1024;
/** Flags of an address that is temporary, failed the duplicate check, or has not passed it yet. */
const UNSETTLED = 0x01 | 0x08 | 0x40;

export function* collectIpConfig({ files, calls }: Host): Iterable<FoundRow> {
  const ipv4 = ipv4Addresses(calls);
  const ipv6 = ipv6Addresses(files);
  const ipv4Gateways = parseIpv4Gateways(files.text('/proc/net/route', ROUTES_BYTES) ?? '');
  const ipv6Gateways = parseIpv6Gateways(files.text('/proc/net/ipv6_route', ROUTES_BYTES) ?? '');
  const nameServers = readNameServers(files);
  for (const { name, driver, folder } of readAdapters(files)) {
    const own4 = ipv4.get(name) ?? [];
    const own6 = ipv6.get(name) ?? [];
    if (own4.length + own6.length === 0) continue;
    const hasGateway = ipv4Gateways.has(name) || ipv6Gateways.has(name);
    yield {
      InterfaceAlias: name,
      InterfaceDescription: files.line(`${folder}/ifalias`) ?? driver,
      Status: status(files.line(`${folder}/operstate`)),
      IPV4Address: own4.sort().join(', '),
      IPV6Address: own6.sort().join(', '),
      IPV4DefaultGateway: ipv4Gateways.get(name),
      IPV6DefaultGateway: ipv6Gateways.get(name),
      DNSServerList: hasGateway ? nameServers.join(', ') : null,
    };
  }
}

// Virtual interfaces say "unknown" for as long as they work.
function status(state: string | null): string | null {
  if (state === null) return null;
  return state === 'up' || state === 'unknown' ? 'Up' : 'Disconnected';
}

function ipv4Addresses(calls: KernelCalls): ReadonlyMap<string, string[]> {
  const byInterface = new Map<string, string[]>();
  for (const [label, addresses] of Object.entries(calls.networkInterfaces())) {
    const name = label.split(':', 1)[0] ?? label;
    for (const { family, cidr } of addresses ?? [])
      if (family === 'IPv4' && cidr !== null) append(byInterface, name, cidr);
  }
  return byInterface;
}

/** @spec proc_pid_net(5) /proc/net/if_inet6 */
function ipv6Addresses(files: FileTree): ReadonlyMap<string, string[]> {
  const byInterface = new Map<string, string[]>();
  for (const line of (files.text('/proc/net/if_inet6', ROUTES_BYTES) ?? '').split('\n')) {
    const [hex, , prefix, , flags, name] = line.trim().split(/\s+/);
    const address = ipv6Text(hex ?? '');
    if (address === null || !name || (Number.parseInt(flags ?? '', 16) & UNSETTLED) !== 0) continue;
    append(byInterface, name, `${address}/${Number.parseInt(prefix ?? '', 16)}`);
  }
  return byInterface;
}

function append(map: Map<string, string[]>, name: string, value: string): void {
  const known = map.get(name);
  if (known) known.push(value);
  else map.set(name, [value]);
}

// The local stub of systemd-resolved stands for the servers that it asks. @spec resolv.conf(5)
function readNameServers(files: FileTree): readonly string[] {
  const servers = nameServersIn(files.text('/etc/resolv.conf'));
  if (!servers.includes('127.0.0.53')) return servers;
  const behind = nameServersIn(files.text('/run/systemd/resolve/resolv.conf'));
  return behind.length > 0 ? behind : servers;
}

function nameServersIn(text: string | null): readonly string[] {
  return [...(text ?? '').matchAll(/^nameserver\s+([0-9A-Fa-f.:%\w]+)\s*$/gm)].map(
    (match) => match[1] ?? '',
  );
}
