import { endianness } from 'node:os';

const UP = 0x1;
const GATEWAY = 0x2;

/** Gateway of the default route with the lowest metric, by interface. */
export type Gateways = ReadonlyMap<string, string>;

/** @spec proc_pid_net(5) /proc/net/route: addresses are hexadecimal in the machine's own byte order */
export function parseIpv4Gateways(text: string): Gateways {
  return bestByInterface(
    text.split('\n').map((line) => {
      const [name, destination, gateway, flags, , , metric, mask] = line.trim().split(/\s+/);
      const isDefault = destination === '00000000' && mask === '00000000';
      if (!name || !isDefault || !/^[0-9A-Fa-f]{8}$/.test(gateway ?? '')) return undefined;
      if (!leadsThroughGateway(flags)) return undefined;
      const bytes = Buffer.from(gateway ?? '', 'hex');
      if (endianness() === 'LE') bytes.reverse();
      return { name, gateway: bytes.join('.'), metric: Number(metric) };
    }),
  );
}

/** @spec kernel net/ipv6/route.c, the format of /proc/net/ipv6_route */
export function parseIpv6Gateways(text: string): Gateways {
  return bestByInterface(
    text.split('\n').map((line) => {
      const fields = line.trim().split(/\s+/);
      const [destination, length, , , gateway, metric, , , flags, name] = fields;
      if (!name || length !== '00' || !/^0{32}$/.test(destination ?? '')) return undefined;
      if (!leadsThroughGateway(flags)) return undefined;
      const address = ipv6Text(gateway ?? '');
      return address === null
        ? undefined
        : { name, gateway: address, metric: Number.parseInt(metric ?? '', 16) };
    }),
  );
}

/** An address of 32 hexadecimal digits in its short form; null when it is none. @spec RFC 5952 §4 */
export function ipv6Text(hex: string): string | null {
  if (!/^[0-9a-f]{32}$/i.test(hex)) return null;
  const groups = hex.match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function leadsThroughGateway(flags: string | undefined): boolean {
  const bits = Number.parseInt(flags ?? '', 16);
  return (bits & UP) !== 0 && (bits & GATEWAY) !== 0;
}

function bestByInterface(
  routes: readonly ({ name: string; gateway: string; metric: number } | undefined)[],
): Gateways {
  const best = new Map<string, { gateway: string; metric: number }>();
  for (const route of routes) {
    if (!route) continue;
    const known = best.get(route.name);
    if (!known || route.metric < known.metric) best.set(route.name, route);
  }
  return new Map([...best].map(([name, { gateway }]) => [name, gateway]));
}
