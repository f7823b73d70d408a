import { basename } from 'node:path/posix';
import type { FileTree } from './file-tree.ts';

/** Hardware types. @spec linux/if_arp.h */
const ETHERNET = 1;
const INFINIBAND = 32;
const LOOPBACK = 772;
const TUNNELS = new Set([512, 768, 769, 776, 778, 823, 65534]);

export interface Adapter {
  readonly name: string;
  readonly type: string;
  readonly physical: boolean;
  readonly driver: string | null;
  readonly folder: string;
}

/** The network interfaces that are shown: all but loopback and the host's ends of container links. */
export function readAdapters(files: FileTree): readonly Adapter[] {
  const adapters: Adapter[] = [];
  for (const name of files.names('/sys/class/net')) {
    const folder = `/sys/class/net/${name}`;
    const hardware = files.number(`${folder}/type`);
    if (hardware === null || hardware === LOOPBACK) continue;
    const physical = files.stat(`${folder}/device`) !== null;
    const kind = /^DEVTYPE=(\w+)$/m.exec(files.text(`${folder}/uevent`) ?? '')?.[1];
    if (!physical && kind === undefined && isContainerLink(files, name, folder)) continue;
    const driver = files.link(`${folder}/device/driver`);
    adapters.push({
      name,
      type: adapterType(files, folder, hardware, kind),
      physical,
      driver: driver === null ? null : basename(driver),
      folder,
    });
  }
  return adapters;
}

// A pair's other end lies elsewhere, so its link differs from its own number. Inside a container the same
// kind of interface is the container's only one: there it has no bridge and a plain name.
function isContainerLink(files: FileTree, name: string, folder: string): boolean {
  const paired = files.number(`${folder}/iflink`) !== files.number(`${folder}/ifindex`);
  return paired && (/^(veth|cali|lxc|vnet)/.test(name) || files.link(`${folder}/master`) !== null);
}

function adapterType(
  files: FileTree,
  folder: string,
  hardware: number,
  kind: string | undefined,
): string {
  if (files.stat(`${folder}/wireless`) !== null || files.stat(`${folder}/phy80211`) !== null)
    return 'wifi';
  if (kind === 'wlan') return 'wifi';
  if (kind === 'bridge' || kind === 'bond' || kind === 'vlan' || kind === 'wwan') return kind;
  if (kind === 'vxlan' || kind === 'wireguard' || kind === 'geneve') return 'tunnel';
  if (TUNNELS.has(hardware) || files.stat(`${folder}/tun_flags`) !== null) return 'tunnel';
  if (hardware === INFINIBAND) return 'infiniband';
  return hardware === ETHERNET && (files.stat(`${folder}/device`) !== null || kind === undefined)
    ? 'ethernet'
    : 'other';
}
