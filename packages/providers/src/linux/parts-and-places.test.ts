import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InventoryRow } from '@moorline/model';
import fc from 'fast-check';
import { createFixtureTree, type FixtureEntries } from './fixture-tree.ts';
import { readLz4 } from './lz4.ts';
import { maskSecrets } from './mask-secrets.ts';
import { compareDebVersions } from './package-versions.ts';
import { createLinuxProvider } from './provider.ts';
import { parseSmbios } from './smbios.ts';

const calls = { machine: (): string => 'x86_64', networkInterfaces: () => ({}) };

async function collect(
  className: string,
  entries: FixtureEntries,
): Promise<readonly InventoryRow[]> {
  using tree = createFixtureTree(entries);
  return await createLinuxProvider({ root: tree.root, calls }).collect(className);
}

const pick = (rows: readonly InventoryRow[], ...names: string[]): unknown[][] =>
  rows.map((row) => names.map((name) => row[name]));

/** A memory device of 40 bytes, as SMBIOS 2.8 lays it out. */
function module17(size: number, extended: number, strings: readonly string[]): Buffer {
  const data = Buffer.alloc(40);
  data.writeUInt8(17, 0);
  data.writeUInt8(40, 1);
  data.writeUInt16LE(0x1100 + strings.length, 2);
  data.writeUInt16LE(size, 0x0c);
  data.writeUInt8(9, 0x0e);
  data.writeUInt8(1, 0x10);
  data.writeUInt8(2, 0x11);
  data.writeUInt8(26, 0x12);
  data.writeUInt16LE(3200, 0x15);
  data.writeUInt8(3, 0x17);
  data.writeUInt8(4, 0x18);
  data.writeUInt8(5, 0x1a);
  data.writeUInt32LE(extended, 0x1c);
  data.writeUInt16LE(2933, 0x20);
  return Buffer.concat([data, Buffer.from(`${strings.join('\0')}\0\0`)]);
}

test('memory modules are read from the firmware’s table, empty slots are not', async () => {
  const texts = ['DIMM A1', 'BANK 0', 'Samsung', 'S-1', 'M393A4K40DB3'];
  const rows = await collect('PhysicalMemory', {
    '/sys/firmware/dmi/tables/DMI': Buffer.concat([
      module17(0x7fff, 65_536, texts),
      module17(0, 0, ['DIMM A2', 'BANK 1', 'NO DIMM', 'NO DIMM']),
      module17(16_384, 0, ['DIMM B1', 'BANK 2', 'Unknown']),
      Buffer.from([127, 4, 0, 0, 0, 0]),
    ]),
  });
  const names = ['DeviceLocator', 'Capacity', 'MemoryType', 'Speed', 'Manufacturer', 'PartNumber'];
  assert.deepEqual(pick(rows, ...names), [
    ['DIMM A1', 64 * 1024 ** 3, 'DDR4', 3200, 'Samsung', 'M393A4K40DB3'],
    ['DIMM B1', 16 * 1024 ** 3, 'DDR4', 3200, null, null],
  ]);
});

test('a firmware’s table of any bytes never makes the parser throw or go on for ever', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const found = [...parseSmbios(Buffer.from(bytes))];
      for (const each of found) each.string(bytes[0]);
      assert.ok(found.length <= bytes.length);
    }),
  );
});

test('devices of the PCI bus and of the USB have the names that the system’s lists give them', async () => {
  const entries: FixtureEntries = {
    '/usr/share/misc/pci.ids':
      '# list\n8086  Intel Corporation\n\t9a49  TigerLake-LP GT2 [Iris Xe Graphics]\n\t\t17aa 22d5  ThinkPad\n10de  NVIDIA Corporation\n\t9a49  Something else\n',
    '/sys/devices/pci0000:00/0000:00:02.0/vendor': '0x8086\n',
    '/sys/devices/pci0000:00/0000:00:02.0/device': '0x9a49\n',
    '/sys/devices/pci0000:00/0000:00:02.0/class': '0x030000\n',
    '/sys/devices/pci0000:00/0000:00:02.0/revision': '0x01\n',
    '/sys/devices/pci0000:00/0000:00:02.0/driver': { link: '../../bus/pci/drivers/i915' },
    '/sys/bus/pci/devices/0000:00:02.0': { link: '../../../devices/pci0000:00/0000:00:02.0' },
    '/sys/class/drm/card0/device': { link: '../../../devices/pci0000:00/0000:00:02.0' },
    '/sys/class/drm/card0-eDP-1/status': 'connected\n',
    '/sys/class/drm/card0-eDP-1/modes': '1920x1200\n1920x1080\n',
    '/sys/class/drm/card0-DP-1/status': 'disconnected\n',
    '/sys/bus/usb/devices/usb1/idVendor': '1d6b\n',
    '/sys/bus/usb/devices/1-2/idVendor': '046d\n',
    '/sys/bus/usb/devices/1-2/idProduct': 'c52b\n',
    '/sys/bus/usb/devices/1-2/product': 'USB Receiver\n',
    '/sys/bus/usb/devices/1-2/bDeviceClass': '00\n',
    '/sys/bus/usb/devices/1-2/speed': '12\n',
    '/sys/bus/usb/devices/1-2/1-2:1.0/bInterfaceClass': '03\n',
    '/sys/bus/usb/devices/1-2/1-2:1.0/driver': { link: '../../../bus/usb/drivers/usbhid' },
  };
  const graphics = 'TigerLake-LP GT2 [Iris Xe Graphics]';
  assert.deepEqual(
    pick(
      await collect('PNPDevice', entries),
      'DeviceID',
      'Name',
      'Manufacturer',
      'DeviceClass',
      'Driver',
    ),
    [['0000:00:02.0', graphics, 'Intel Corporation', 'Display', 'i915']],
  );
  assert.deepEqual(
    pick(await collect('VideoController', entries), 'Name', 'CurrentMode', 'ConnectedScreens'),
    [[graphics, '1920x1200', 1]],
  );
  assert.deepEqual(
    pick(await collect('USBDevice', entries), 'DeviceID', 'Name', 'DeviceClass', 'Speed', 'Driver'),
    [['1-2', 'USB Receiver', 'Human interface', 12, 'usbhid']],
  );
});

test('a battery has its wear, and that of a mouse is no battery of the device', async () => {
  const rows = await collect('Battery', {
    '/sys/class/power_supply/BAT0/type': 'Battery\n',
    '/sys/class/power_supply/BAT0/capacity': '87\n',
    '/sys/class/power_supply/BAT0/charge_full_design': '4000000\n',
    '/sys/class/power_supply/BAT0/charge_full': '3600000\n',
    '/sys/class/power_supply/BAT0/voltage_min_design': '15000000\n',
    '/sys/class/power_supply/mouse/type': 'Battery\n',
    '/sys/class/power_supply/mouse/scope': 'Device\n',
    '/sys/class/power_supply/AC/type': 'Mains\n',
  });
  assert.deepEqual(
    pick(rows, 'DeviceID', 'EstimatedChargeRemaining', 'DesignCapacity', 'FullChargeCapacity'),
    [['BAT0', 80, 60_000, 54_000]],
  );
});

test('partitions, volumes and encryption are told of a laptop with LUKS', async () => {
  const entries: FixtureEntries = {
    '/sys/devices/nvme/nvme0n1/nvme0n1p3/partition': '3\n',
    '/sys/devices/nvme/nvme0n1/nvme0n1p3/size': '1000\n',
    '/sys/devices/nvme/nvme0n1/nvme0n1p3/start': '2048\n',
    '/sys/class/block/nvme0n1p3': { link: '../../devices/nvme/nvme0n1/nvme0n1p3' },
    '/sys/class/block/dm-0/dm/uuid': 'CRYPT-LUKS2-0123-root\n',
    '/sys/class/block/dm-0/dm/name': 'root\n',
    '/dev/mapper/root': { link: '../dm-0' },
    '/dev/disk/by-partlabel/Linux\\x20root': { link: '../../nvme0n1p3' },
    '/etc/crypttab': 'root UUID=0123 none luks,tpm2-device=auto\n',
    '/etc/fstab': '/dev/mapper/root / ext4 defaults 0 1\n',
    '/proc/self/mountinfo':
      '1 0 254:0 / / rw,relatime - ext4 /dev/mapper/root rw\n2 1 0:40 / /mnt/share rw,nosuid,noexec - cifs //files/x rw,username=ada,password=hunter2\n3 1 0:5 / /proc rw - proc proc rw\n4 1 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw\n',
    '/proc/swaps': 'Filename Type Size Used Priority\n/dev/nvme0n1p3 partition 1000 0 -2\n',
  };
  assert.deepEqual(
    pick(
      await collect('Partition', entries),
      'DeviceID',
      'DiskID',
      'Size',
      'StartingOffset',
      'PartitionLabel',
    ),
    [['nvme0n1p3', 'nvme0n1', 512_000, 1_048_576, 'Linux root']],
  );
  const volumes = await collect('Volume', entries);
  assert.deepEqual(pick(volumes, 'Name', 'DriveType', 'IsExecutable', 'IsInTable'), [
    ['/', 'local', true, true],
    ['/mnt/share', 'network', false, false],
  ]);
  assert.doesNotMatch(JSON.stringify(volumes), /hunter2/);
  assert.deepEqual(
    pick(
      await collect('DiskEncryption', entries),
      'MountPoint',
      'ProtectionStatus',
      'EncryptionMethod',
      'IsUnlockedByTPM',
    ),
    [
      ['/', 'On', 'LUKS2', true],
      ['swap', 'Off', null, null],
    ],
  );
});

test('sockets and routes are read in the machine’s byte order', async () => {
  const entries: FixtureEntries = {
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    '/proc/net/tcp':
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1461 1 0 100 0 0 10 0\n   1: 020200C0:0016 070200C0:D431 01 00000000:00000000 02:000A1F3B 00000000     0        0 20553 2 0 20 4 30 10 -1\n   2: 020200C0:0050 070200C0:D432 06 00000000:00000000 03:000A1F3B 00000000     0        0 0 3 0\n',
    '/proc/net/udp6':
      '  sl  local_address\n 10: 000080FE00000000FF0002FC010000FE:0222 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000   998        0 1 2 0 0\n',
    '/proc/net/route':
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\neth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\neth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n',
    '/proc/net/ipv6_route':
      'fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\nfd000000000000000000000000000002 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001     eth0\n',
  };
  assert.deepEqual(
    pick(
      await collect('Connection', entries),
      'Protocol',
      'LocalAddress',
      'LocalPort',
      'RemoteAddress',
      'RemotePort',
      'State',
      'UserName',
    ),
    [
      ['TCP', '0.0.0.0', 22, 'any', 0, 'Listen', 'root'],
      ['TCP', '192.0.2.2', 22, '192.0.2.7', 54_321, 'Established', 'root'],
      ['UDP6', 'fe80::fc02:ff:fe00:1', 546, 'any', 0, 'Bound', '998'],
    ],
  );
  assert.deepEqual(
    pick(await collect('NetworkRoute', entries), 'DestinationPrefix', 'NextHop', 'RouteMetric'),
    [
      ['0.0.0.0/0', '192.0.2.1', 100],
      ['192.0.2.0/24', '0.0.0.0', 100],
      ['fd00::/64', '::', 256],
    ],
  );
});

test('shares of Samba and NFS, and printers of CUPS', async () => {
  const shares = await collect('FileShare', {
    '/etc/samba/smb.conf':
      '[global]\n  workgroup = X\n[homes]\n  browseable = no\n[public]\n  path = /srv/pub\n  guest ok = yes\n  writable = yes\n',
    '/etc/exports': '# x\n/srv/nfs 192.0.2.0/24(rw,sync) host(ro)\n"/srv/two words" *(ro)\n',
  });
  assert.deepEqual(pick(shares, 'Name', 'Protocol', 'Path', 'IsReadOnly', 'IsGuestAllowed'), [
    ['homes', 'SMB', null, true, false],
    ['public', 'SMB', '/srv/pub', false, true],
    ['/srv/nfs', 'NFS', '/srv/nfs', false, true],
    ['/srv/two words', 'NFS', '/srv/two words', true, true],
  ]);
  const printers = await collect('Printer', {
    '/etc/cups/printers.conf':
      '<DefaultPrinter Office>\nInfo Office printer\nMakeModel HP LaserJet\nDeviceURI ipp://ada:hunter2@printer/ipp\nState Idle\nShared No\n</DefaultPrinter>\n',
  });
  assert.deepEqual(pick(printers, 'Name', 'DeviceURI', 'IsDefault', 'IsShared', 'State'), [
    ['Office', 'ipp://ada:••••••••@printer/ipp', true, false, 'Idle'],
  ]);
});

test('what the system hosts and is hosted by', async () => {
  const rows = await collect('VirtualMachine', {
    '/sys/class/dmi/id/sys_vendor': 'QEMU\n',
    '/sys/class/dmi/id/product_name': 'Standard PC (Q35 + ICH9, 2009)\n',
    '/etc/libvirt/qemu/web.xml':
      '<domain type="kvm"><name>web</name><uuid>0b5a1c9e-1111-4222-8333-444455556666</uuid></domain>',
    '/run/libvirt/qemu/web.xml': '<domstatus/>',
    '/var/lib/docker/containers/abc/config.v2.json':
      '{"Name":"/db","State":{"Running":false},"Config":{"Image":"postgres:18","Env":["POSTGRES_PASSWORD=hunter2"]}}',
    '/var/lib/docker/containers/bad/config.v2.json': '{"Name":',
    '/var/lib/machines/deb/': '',
  });
  assert.deepEqual(pick(rows, 'Role', 'Name', 'Kind', 'State', 'Image'), [
    ['Guest', 'kvm', 'kvm', 'Running', null],
    ['Host', 'web', 'libvirt', 'Running', null],
    ['Host', 'db', 'docker', 'Stopped', 'postgres:18'],
    ['Host', 'deb', 'nspawn', null, null],
  ]);
  assert.doesNotMatch(JSON.stringify(rows), /hunter2/);
});

test('snaps and flatpaks are installed software', async () => {
  const rows = await collect('InstalledSoftware', {
    '/snap/firefox/4173/meta/snap.yaml':
      'name: firefox\nversion: 124.0-1\nsummary: Mozilla Firefox web browser\narchitectures:\n- amd64\n',
    '/snap/firefox/current': { link: '4173' },
    '/var/lib/snapd/snaps/firefox_4173.snap': 'x'.repeat(77),
    '/snap/bin/firefox': '',
    '/var/lib/flatpak/app/org.gimp.GIMP/x86_64/stable/active/metadata': '[Application]\nname=x\n',
    '/var/lib/flatpak/app/org.gimp.GIMP/x86_64/stable/active/files/share/metainfo/org.gimp.GIMP.metainfo.xml':
      '<component><summary>Image editor</summary><releases><release date="2026-01-01" version="3.0.2"/><release version="2.10"/></releases></component>',
    '/var/lib/flatpak/app/org.gimp.GIMP/current': { link: 'x86_64/stable' },
  });
  assert.deepEqual(
    pick(
      rows,
      'ProductName',
      'ProductVersion',
      'Architecture',
      'Source',
      'InstalledSize',
      'Description',
    ),
    [
      ['firefox', '124.0-1', 'amd64', 'snap', 77, 'Mozilla Firefox web browser'],
      ['org.gimp.GIMP', '3.0.2', 'x86_64', 'flatpak', null, 'Image editor'],
    ],
  );
});

test('updates are what the lists know to be later, repositories are told without passwords', async () => {
  const entries: FixtureEntries = {
    '/var/lib/dpkg/status':
      'Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\nPackage: b\nStatus: hold ok installed\nArchitecture: all\nVersion: 2:1.0~rc1-1\n\nPackage: c\nStatus: install ok installed\nArchitecture: amd64\nVersion: 9\n',
    '/var/lib/apt/lists/deb.example.org_debian_dists_bookworm_main_binary-amd64_Packages':
      'Package: a\nArchitecture: amd64\nVersion: 1.0-1+deb12u1\nSize: 100\n\nPackage: a\nArchitecture: arm64\nVersion: 99\nSize: 1\n\nPackage: b\nArchitecture: all\nVersion: 2:1.0-1\nSize: 7\n\nPackage: c\nArchitecture: amd64\nVersion: 8\nSize: 1\n\n',
    '/var/lib/apt/lists/deb.example.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages':
      'Package: a\nArchitecture: amd64\nVersion: 1.0-1+deb12u2\nSize: 200\n',
    '/etc/apt/sources.list':
      '# comment\ndeb [signed-by=/x.gpg] https://ada:hunter2@deb.example.org/debian bookworm main contrib\n# deb cdrom:[x]/ bookworm main\n',
    '/etc/apt/sources.list.d/s.sources':
      'Types: deb\nURIs: http://deb.example.org/debian\nSuites: bookworm bookworm-updates\nComponents: main\nEnabled: no\n',
    '/etc/yum.repos.d/x.repo':
      '[epel]\nname=EPEL\nbaseurl=https://example.org/epel\nenabled=0\ngpgcheck=1\n',
  };
  assert.deepEqual(
    pick(
      await collect('SoftwareUpdate', entries),
      'ProductName',
      'AvailableVersion',
      'IsSecurity',
      'IsHeld',
      'DownloadSize',
    ),
    [
      ['a', '1.0-1+deb12u2', true, false, 200],
      ['b', '2:1.0-1', false, true, 7],
    ],
  );
  const repositories = await collect('PackageRepository', entries);
  assert.deepEqual(pick(repositories, 'Kind', 'URI', 'Suites', 'IsEnabled', 'IsSigned'), [
    ['apt', 'https://ada:••••••••@deb.example.org/debian', 'bookworm', true, true],
    ['apt', 'cdrom:[x]/', 'bookworm', false, null],
    ['apt', 'http://deb.example.org/debian', 'bookworm', false, null],
    ['apt', 'http://deb.example.org/debian', 'bookworm-updates', false, null],
    ['dnf', 'https://example.org/epel', 'EPEL', false, true],
  ]);
  assert.notEqual(repositories[2]?.LastUpdated, null);
});

test('versions are ordered as the package manager orders them', () => {
  const ordered = ['1.0~~', '1.0~rc1', '1.0', '1.0-1', '1.0-1+b1', '1.0.1', '1.2', '1.10', '1:0.1'];
  for (const [at, earlier] of ordered.entries())
    for (const later of ordered.slice(at + 1)) {
      assert.ok(compareDebVersions(earlier, later) < 0, `${earlier} < ${later}`);
      assert.ok(compareDebVersions(later, earlier) > 0, `${later} > ${earlier}`);
    }
  assert.equal(compareDebVersions('1.00-1', '1.0-1'), 0);
});

test('an LZ4 frame is read with copies that overlap and blocks that build on one another', () => {
  // "abcabcabcabc" as three literals and a match of nine, twice, in blocks of one frame.
  const block = Buffer.from([0x35, 0x61, 0x62, 0x63, 3, 0, 0x10, 0x0a]);
  const frame = Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0x00]),
    Buffer.from([block.length, 0, 0, 0]),
    block,
    // A match that reaches into the block before.
    Buffer.from([5, 0, 0, 0, 0x04, 13, 0, 0x10, 0x21]),
    Buffer.from([0, 0, 0, 0]),
  ]);
  const text = [...readLz4(frame)].map((part) => part.toString()).join('');
  assert.equal(text, 'abcabcabcabc\nabcabcab!');
});

test('bytes of any kind never make the LZ4 reader throw or write beyond its window', () => {
  const start = [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0x00];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isLedIn) => {
      for (const part of readLz4(Buffer.from(isLedIn ? [...start, ...bytes] : bytes)))
        assert.ok(part.length <= 4 * 1024 * 1024);
    }),
  );
});

test('what stands where passwords stand is replaced, in time that does not grow with malice', () => {
  for (const [text, masked] of [
    ['tool --password=hunter2 -v', 'tool --password=•••••••• -v'],
    ['tool --token hunter2', 'tool --token ••••••••'],
    ['DB_PASSWORD="two words" x', 'DB_PASSWORD=•••••••• x'],
    ['curl -H "Authorization: Bearer abcdefghijk"', 'curl -H "Authorization: •••••••• ••••••••"'],
    ['https://ada:pw@host/x?api_key=1', 'https://ada:••••••••@host/x?api_key=••••••••'],
    ['/usr/bin/passwd-sync', '/usr/bin/passwd-sync'],
  ] as const)
    assert.equal(maskSecrets(text), masked);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('pass', '-', ':', '/', 'a', ' ', '"'), maxLength: 900 }),
      (text) => {
        maskSecrets(text);
      },
    ),
  );
});
