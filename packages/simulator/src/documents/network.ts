import type { InventoryRow } from '@moorline/model';
import { isServer, type Persona } from '../organization/persona.ts';
import { SALT } from '../organization/salts.ts';
import { draws, type Seed } from '../random/draw.ts';
import type { Rows } from './context.ts';

/** First halves of addresses, as makers have them. */
const VENDOR_PREFIXES: Readonly<Record<string, readonly string[]>> = {
  'Apple Inc.': ['F0:18:98', '3C:22:FB', 'A4:83:E7'],
  'VMware, Inc.': ['00:50:56', '00:0C:29'],
  QEMU: ['52:54:00'],
  'Dell Inc.': ['D0:8E:79', 'B0:4F:13', 'E4:54:E8'],
  LENOVO: ['54:E1:AD', '8C:16:45', '98:FA:9B'],
  Lenovo: ['7C:D3:0A'],
};
const OTHER_PREFIXES = ['04:7B:CB', '48:65:EE', 'AC:DE:48', '70:B5:E8'];
const WIFI_PREFIXES = ['A0:02:A5', '50:28:4A', 'E8:F4:08'];

interface Link {
  readonly name: string;
  readonly type: 'ethernet' | 'wifi';
  readonly description: string;
  readonly driver: string;
  readonly mac: string;
  readonly isUp: boolean;
  readonly speed: number;
}

function linksOf(seed: Seed, persona: Persona): readonly Link[] {
  const network = draws(seed, SALT.network, persona.number);
  const { manufacturer } = persona.model;
  const mac = (prefixes: readonly string[]): string =>
    `${network.pick(prefixes)}:${(network.hex(6).match(/../g) ?? []).join(':')}`;
  const wired = mac(VENDOR_PREFIXES[manufacturer] ?? OTHER_PREFIXES);
  const wireless = mac(
    manufacturer === 'Apple Inc.' ? (VENDOR_PREFIXES['Apple Inc.'] ?? []) : WIFI_PREFIXES,
  );
  const isDocked = network.chance(0.42);
  const hasWifi = persona.kind === 'laptop' || persona.kind === 'tablet';
  const names = NAMES[persona.platform];
  const links: Link[] = [];
  if (!hasWifi || persona.platform !== 'macos') {
    const isVirtual = persona.kind === 'virtualServer';
    links.push({
      name: names.ethernet,
      type: 'ethernet',
      description: isVirtual ? 'vmxnet3 Ethernet Adapter' : 'Intel(R) Ethernet Connection I219-LM',
      driver: isVirtual ? 'vmxnet3' : 'e1d',
      mac: wired,
      isUp: !hasWifi || isDocked,
      speed: isServer(persona.kind) ? 10_000_000_000 : 1_000_000_000,
    });
  }
  if (hasWifi) {
    links.push({
      name: names.wifi,
      type: 'wifi',
      description: 'Intel(R) Wi-Fi 6E AX211 160MHz',
      driver: persona.platform === 'macos' ? 'bcmwl' : 'netwtw14',
      mac: wireless,
      isUp: !isDocked || persona.platform === 'macos',
      speed: network.pick([433_300_000, 866_700_000, 1_201_000_000]),
    });
  }
  return links;
}

const NAMES: Readonly<Record<Persona['platform'], Readonly<Record<'ethernet' | 'wifi', string>>>> =
  {
    windows: { ethernet: 'Ethernet', wifi: 'Wi-Fi' },
    macos: { ethernet: 'en1', wifi: 'en0' },
    linux: { ethernet: 'enp0s31f6', wifi: 'wlp0s20f3' },
  };

export const networkAdapterRows: Rows = ({ seed, persona, moment }) =>
  linksOf(seed, persona).map(
    (link): InventoryRow => ({
      Name: link.name,
      AdapterType: link.type,
      MACAddress: link.mac,
      PhysicalAdapter: true,
      ServiceName: link.driver,
      Status: link.isUp ? 'up' : 'down',
      Speed: link.isUp ? link.speed + moment.bump : null,
      MTU: 1500,
    }),
  );

/** Each device has an address of its own in its office: 62 × 1022 of them before they come again. */
export const ipConfigRows: Rows = ({ seed, persona, moment }) => {
  const { network } = persona.office;
  const isHome = network.startsWith('192.168');
  const subnet =
    4 * (Math.floor(persona.number / 1022) % 62) + Math.floor((persona.number % 1022) / 256);
  const last = (persona.number % 1022) % 256;
  const third = isHome ? 178 : subnet;
  const host = isHome ? 20 + (persona.number % 200) : Math.min(Math.max(last, 2), 254);
  const dns = isHome ? '192.168.178.1' : `${network}.0.10, ${network}.0.11`;
  return linksOf(seed, persona)
    .filter(({ isUp }) => isUp)
    .map(
      (link): InventoryRow => ({
        InterfaceAlias: link.name,
        InterfaceDescription: link.description,
        Status: 'Up',
        IPV4Address: `${network}.${third}.${host}/${isHome ? 24 : 22}`,
        IPV6Address: `fe80::${link.mac.slice(9).replaceAll(':', '').toLowerCase()}/64`,
        IPV4DefaultGateway: `${network}.${isHome ? third : third - (third % 4)}.1`,
        IPV6DefaultGateway: null,
        DNSServerList: moment.bump === 0 ? dns : `${dns}, ${network}.0.${12 + (moment.bump % 200)}`,
      }),
    );
};
