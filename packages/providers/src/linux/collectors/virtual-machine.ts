import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { firmwareText } from './firmware-text.ts';

const CONFIG_BYTES = 1024 * 1024;
const MOST = 2000;
const PLATFORMS: readonly (readonly [RegExp, string])[] = [
  [/vmware/i, 'vmware'],
  [/virtualbox|innotek/i, 'virtualbox'],
  [/microsoft corporation.*virtual machine/i, 'hyperv'],
  [/xen/i, 'xen'],
  [/parallels/i, 'parallels'],
  [/bhyve/i, 'bhyve'],
  [
    /kvm|qemu|amazon ec2|google compute|openstack|ovirt|digitalocean|hetzner|firecracker|cloud-hypervisor/i,
    'kvm',
  ],
];

/** What the system runs in, and what it hosts. Only names, kinds and states are taken from the managers' files. */
export async function* collectVirtualMachines({ files, pace }: Host): AsyncIterable<FoundRow> {
  yield* guests(files);
  yield* libvirtMachines(files);
  for await (const row of dockerContainers(files)) {
    if (pace.due()) await pace.rest();
    yield row;
  }
  yield* podmanContainers(files);
  for (const [folder, kind] of [
    ['/var/lib/lxc', 'lxc'],
    ['/var/lib/machines', 'nspawn'],
  ] as const) {
    for (const name of files.names(folder).slice(0, MOST)) {
      const isOne =
        kind === 'lxc' ? files.stat(`${folder}/${name}/config`) !== null : !name.startsWith('.');
      if (isOne) yield { Role: 'Host', Name: name, Kind: kind };
    }
  }
}

function* guests(files: FileTree): Iterable<FoundRow> {
  const container =
    files.line('/run/systemd/container') ??
    (files.stat('/.dockerenv') ? 'docker' : files.stat('/run/.containerenv') ? 'podman' : null);
  if (container !== null) yield guest(container);
  const hypervisor = files.line('/sys/hypervisor/type');
  const firmware = `${firmwareText(files, 'sys_vendor') ?? ''} ${firmwareText(files, 'product_name') ?? ''}`;
  const kind = hypervisor ?? PLATFORMS.find(([pattern]) => pattern.test(firmware))?.[1];
  const isVirtual = /^flags\s*:.*\bhypervisor\b/m.test(files.text('/proc/cpuinfo') ?? '');
  if (kind !== undefined) yield guest(kind);
  else if (isVirtual) yield guest('unknown');
}

function guest(kind: string): FoundRow {
  return { Role: 'Guest', Name: kind, Kind: kind, State: 'Running' };
}

/** @spec libvirt "Domain XML format": the first name and id are the machine's */
function* libvirtMachines(files: FileTree): Iterable<FoundRow> {
  const folder = '/etc/libvirt/qemu';
  for (const file of files.names(folder).slice(0, MOST)) {
    if (!file.endsWith('.xml')) continue;
    const text = files.text(`${folder}/${file}`, CONFIG_BYTES) ?? '';
    const name = /<name>([^<]{1,255})<\/name>/.exec(text)?.[1];
    if (name === undefined) continue;
    yield {
      Role: 'Host',
      Name: name,
      Kind: 'libvirt',
      UniqueId: /<uuid>([0-9a-f-]{36})<\/uuid>/.exec(text)?.[1],
      State: files.stat(`/run/libvirt/qemu/${file}`) !== null ? 'Running' : 'Stopped',
    };
  }
}

function* dockerContainers(files: FileTree): Iterable<FoundRow> {
  const folder = '/var/lib/docker/containers';
  for (const id of files.names(folder).slice(0, MOST)) {
    const found = parseObject(files.text(`${folder}/${id}/config.v2.json`, CONFIG_BYTES));
    const name = textIn(found, 'Name')?.replace(/^\//, '');
    if (!name) continue;
    const state = Reflect.get(objectIn(found, 'State'), 'Running');
    yield {
      Role: 'Host',
      Name: name,
      Kind: 'docker',
      UniqueId: id,
      State: state === true ? 'Running' : state === false ? 'Stopped' : null,
      Image: textIn(objectIn(found, 'Config'), 'Image'),
    };
  }
}

function* podmanContainers(files: FileTree): Iterable<FoundRow> {
  const path = '/var/lib/containers/storage/overlay-containers/containers.json';
  const list: unknown = parseJson(files.text(path, CONFIG_BYTES));
  if (!Array.isArray(list)) return;
  for (const each of list.slice(0, MOST)) {
    if (each === null || typeof each !== 'object') continue;
    const names: unknown = Reflect.get(each, 'names');
    const name = Array.isArray(names) && typeof names[0] === 'string' ? names[0] : undefined;
    const id = textIn(each, 'id');
    if (name ?? id) yield { Role: 'Host', Name: name ?? id ?? '', Kind: 'podman', UniqueId: id };
  }
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

function parseObject(text: string | null): object {
  const value = parseJson(text);
  return value !== null && typeof value === 'object' ? value : {};
}

function objectIn(value: object, key: string): object {
  const found: unknown = Reflect.get(value, key);
  return found !== null && typeof found === 'object' ? found : {};
}

function textIn(value: object, key: string): string | undefined {
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'string' ? found : undefined;
}
