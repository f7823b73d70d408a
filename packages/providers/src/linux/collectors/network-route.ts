import { endianness } from 'node:os';
import type { Host } from '../host.ts';
import { ipv6Text } from '../routes.ts';
import type { FoundRow } from '../rows.ts';

const TABLE_BYTES = 4 * 1024 * 1024;
const UP = 0x1;
const LOCAL = 0x8000_0000;
const ANYCAST = 0x0010_0000;

/** @spec proc_pid_net(5) /proc/net/route; kernel net/ipv6/route.c */
export async function* collectNetworkRoutes({ files, pace }: Host): AsyncIterable<FoundRow> {
  for (const line of (files.text('/proc/net/route', TABLE_BYTES) ?? '').split('\n').slice(1)) {
    if (pace.due()) await pace.rest();
    const [name, destination, gateway, flags, , , metric, mask] = line.trim().split(/\s+/);
    const network = ipv4Text(destination);
    const length = prefixLength(mask);
    if (!name || network === null || length === null) continue;
    if ((Number.parseInt(flags ?? '', 16) & UP) === 0) continue;
    yield {
      DestinationPrefix: `${network}/${length}`,
      InterfaceAlias: name,
      NextHop: ipv4Text(gateway),
      RouteMetric: Number(metric),
      AddressFamily: 'IPv4',
    };
  }
  for (const line of (files.text('/proc/net/ipv6_route', TABLE_BYTES) ?? '').split('\n')) {
    if (pace.due()) await pace.rest();
    const [destination, length, , , gateway, metric, , , flags, name] = line.trim().split(/\s+/);
    const network = ipv6Text(destination ?? '');
    const bits = Number.parseInt(flags ?? '', 16);
    if (!name || name === 'lo' || network === null || !/^[0-9a-f]{2}$/.test(length ?? '')) continue;
    // Multicast, and the addresses of the device itself.
    if ((bits & UP) === 0 || (bits & LOCAL) !== 0 || (bits & ANYCAST) !== 0) continue;
    if (network.startsWith('ff')) continue;
    yield {
      DestinationPrefix: `${network}/${Number.parseInt(length ?? '', 16)}`,
      InterfaceAlias: name,
      NextHop: ipv6Text(gateway ?? ''),
      RouteMetric: Number.parseInt(metric ?? '', 16),
      AddressFamily: 'IPv6',
    };
  }
}

function ipv4Text(hex: string | undefined): string | null {
  if (!/^[0-9A-F]{8}$/i.test(hex ?? '')) return null;
  const bytes = Buffer.from(hex ?? '', 'hex');
  if (endianness() === 'LE') bytes.reverse();
  return bytes.join('.');
}

function prefixLength(hex: string | undefined): number | null {
  const mask = /^[0-9A-F]{8}$/i.test(hex ?? '') ? Number.parseInt(hex ?? '', 16) : null;
  if (mask === null) return null;
  let bits = 0;
  for (let at = 0; at < 32; at++) if (((mask >>> at) & 1) === 1) bits++;
  return bits;
}
