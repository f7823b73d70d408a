import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InventoryRow, inventoryClass, type SummarySource, summarize } from '@moorline/model';
import { createFixtureTree, type FixtureEntries } from './fixture-tree.ts';
import { createLinuxProvider } from './provider.ts';

const CPU = (thread: number, core: number, socket: number): string =>
  `processor\t: ${thread}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 154\nmodel name\t: 12th Gen Intel(R) Core(TM) i7-1260P\nstepping\t: 3\nphysical id\t: ${socket}\ncore id\t\t: ${core}\nflags\t\t: fpu vme de\n`;

const LAPTOP: FixtureEntries = {
  '/proc/sys/kernel/hostname': 'lt-042.example.org\n',
  '/proc/sys/kernel/domainname': '(none)\n',
  '/proc/sys/kernel/osrelease': '6.8.0-45-generic\n',
  '/proc/sys/kernel/arch': 'x86_64\n',
  '/proc/stat': 'cpu 1 2 3\nbtime 1700000000\n',
  '/proc/meminfo': 'MemTotal:       16000000 kB\nMemFree: 1 kB\nSwapTotal:       2000000 kB\n',
  '/proc/cpuinfo': [CPU(0, 0, 0), CPU(1, 0, 0), CPU(2, 1, 0), CPU(3, 1, 0)].join('\n'),
  '/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq': '4700000\n',
  '/sys/devices/system/cpu/cpu0/cache/index2/level': '2\n',
  '/sys/devices/system/cpu/cpu0/cache/index2/size': '1280K\n',
  '/etc/os-release':
    'NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 24.04.1 LTS"\nVERSION_ID="24.04"\nID=ubuntu\n',
  '/etc/localtime': { link: '/usr/share/zoneinfo/Europe/Berlin' },
  '/etc/machine-info': 'PRETTY_HOSTNAME="Lena\'s laptop"\nDEPLOYMENT=production\n',
  '/sys/class/dmi/id/sys_vendor': 'LENOVO\n',
  '/sys/class/dmi/id/product_name': '21CB\n',
  '/sys/class/dmi/id/product_family': 'To Be Filled By O.E.M.\n',
  '/sys/class/dmi/id/product_serial': 'PF-1234\n',
  '/sys/class/dmi/id/product_uuid': '4C4C4544-0032-3010-8043-B4C04F564433\n',
  '/sys/class/dmi/id/chassis_type': '10\n',
  '/sys/class/dmi/id/bios_vendor': 'LENOVO\n',
  '/sys/class/dmi/id/bios_version': 'N3AET76W (1.41 )\n',
  '/sys/class/dmi/id/bios_date': '08/09/2023\n',
  '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c': Uint8Array.of(
    6,
    0,
    0,
    0,
    1,
  ),
  '/sys/block/nvme0n1': { link: '../devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1' },
  '/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1/size': '1000215216\n',
  '/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1/queue/rotational': '0\n',
  '/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1/device/model': 'SAMSUNG MZVL2512\n',
  '/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1/device/serial': 'S64K\n',
  '/sys/block/loop0/size': '8\n',
  '/sys/block/sr0/device/model': 'DVD\n',
  '/proc/self/mountinfo': [
    '22 1 0:21 / /proc rw - proc proc rw',
    '27 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw',
    '40 27 253:0 /srv /srv/data rw - ext4 /dev/mapper/vg-root rw',
    '41 27 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro',
    '42 27 259:1 / /boot/my\\040efi ro - vfat /dev/nvme0n1p1 rw',
  ].join('\n'),
  '/boot/my efi/': '',
  '/dev/mapper/vg-root': { link: '../dm-0' },
  '/dev/disk/by-label/root\\x20disk': { link: '../../dm-0' },
  '/sys/class/block/dm-0/dm/uuid': 'LVM-abc\n',
  '/sys/class/block/dm-0/slaves/dm-1': '',
  '/sys/class/block/dm-1/dm/uuid': 'CRYPT-LUKS2-abc\n',
  '/sys/class/block/nvme0n1p1/': '',
  '/sys/class/net/lo/type': '772\n',
  '/sys/class/net/eth0/type': '1\n',
  '/sys/class/net/eth0/device/driver': { link: '../drivers/e1000e' },
  '/sys/class/net/eth0/address': '02:aa:bb:cc:dd:ee\n',
  '/sys/class/net/eth0/operstate': 'up\n',
  '/sys/class/net/eth0/speed': '1000\n',
  '/sys/class/net/wlan0/type': '1\n',
  '/sys/class/net/wlan0/device/': '',
  '/sys/class/net/wlan0/wireless/': '',
  '/sys/class/net/wlan0/address': '02:aa:bb:cc:dd:ef\n',
  '/sys/class/net/wlan0/operstate': 'down\n',
  '/sys/class/net/wlan0/speed': '-1\n',
  '/sys/class/net/veth12/type': '1\n',
  '/sys/class/net/veth12/iflink': '2\n',
  '/sys/class/net/veth12/ifindex': '9\n',
  '/proc/net/route':
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\neth0\t00000000\t020200C0\t0003\t0\t0\t50\t00000000\n',
  '/proc/net/if_inet6':
    '20010db8000000000000000000000001 02 40 00 80     eth0\n20010db8000000000000000000000009 02 40 00 01     eth0\n',
  '/etc/resolv.conf': 'nameserver 127.0.0.53\n',
  '/run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.53\nnameserver 2001:db8::53\n',
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nlena:$6$hash:1000:1000:Lena Ortiz,Room 4:/home/lena:/bin/zsh\nbroken\n+nis::::::\nsvc:x:998:998::/:/usr/sbin/nologin\n',
  '/etc/group': 'root:x:0:\nlena:x:1000:\nsudo:x:27:lena\nvideo:x:44:svc,lena\n',
};

const CALLS = {
  machine: (): string => 'x86_64',
  networkInterfaces: () => ({
    eth0: [
      {
        address: '192.0.2.7',
        netmask: '255.255.255.0',
        family: 'IPv4' as const,
        mac: '02:aa:bb:cc:dd:ee',
        internal: false,
        cidr: '192.0.2.7/24',
      },
    ],
  }),
};

async function laptop(className: string): Promise<readonly InventoryRow[]> {
  using tree = createFixtureTree(LAPTOP);
  return await createLinuxProvider({ root: tree.root, calls: CALLS }).collect(className);
}

test('the device has its name, domain, time zone and what an administrator wrote about it', async () => {
  assert.deepEqual(await laptop('Device'), [
    {
      Name: 'lt-042.example.org',
      PrettyName: "Lena's laptop",
      Platform: 'linux',
      Domain: 'example.org',
      Deployment: 'production',
      Location: null,
      TimeZone: 'Europe/Berlin',
    },
  ]);
});

test('the firmware tables give maker, model and chassis, and a placeholder is null', async () => {
  const [computer] = await laptop('ComputerSystem');
  assert.equal(computer?.Manufacturer, 'LENOVO');
  assert.equal(computer?.SystemFamily, null);
  assert.equal(computer?.UUID, '4c4c4544-0032-3010-8043-b4c04f564433');
  assert.equal(computer?.ChassisType, 'laptop');
  assert.equal(computer?.HypervisorPresent, false);
  assert.equal(computer?.NumberOfLogicalProcessors, 4);
});

test('the firmware has its serial number, date and secure boot', async () => {
  const [bios] = await laptop('Bios');
  assert.equal(bios?.SerialNumber, 'PF-1234');
  assert.equal(bios?.ReleaseDate, '2023-08-09T00:00:00Z');
  assert.equal(bios?.FirmwareType, 'UEFI');
  assert.equal(bios?.SecureBootEnabled, true);
});

test('threads of one package are one processor', async () => {
  const rows = await laptop('Processor');
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.Name, '12th Gen Intel(R) Core(TM) i7-1260P');
  assert.equal(rows[0]?.NumberOfCores, 2);
  assert.equal(rows[0]?.MaxClockSpeed, 4700);
  assert.equal(rows[0]?.L2CacheSize, 1280 * 1024);
});

test('only drives are physical disks', async () => {
  const rows = await laptop('PhysicalDisk');
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.Size, 512_110_190_592);
  assert.equal(rows[0]?.BusType, 'NVMe');
  assert.equal(rows[0]?.MediaType, 'SSD');
  assert.equal(rows[0]?.SerialNumber, 'S64K');
});

test('a file system that is mounted twice is one disk, with label and encryption of what lies beneath', async () => {
  const rows = await laptop('LogicalDisk');
  assert.deepEqual(
    rows.map((row) => [row.Name, row.VolumeName, row.IsEncrypted, row.IsReadOnly]),
    [
      ['/', 'root disk', true, false],
      ['/boot/my efi', null, false, true],
    ],
  );
  assert.ok(Number(rows[0]?.Size) > 0);
});

test('adapters are told by kind, without loopback and container links', async () => {
  const rows = await laptop('NetworkAdapter');
  assert.deepEqual(
    rows.map((row) => [row.Name, row.AdapterType, row.MACAddress, row.Speed, row.ServiceName]),
    [
      ['eth0', 'ethernet', '02:AA:BB:CC:DD:EE', 1_000_000_000, 'e1000e'],
      ['wlan0', 'wifi', '02:AA:BB:CC:DD:EF', null, null],
    ],
  );
});

test('an address has its gateway of the best route and the servers behind the local stub', async () => {
  assert.deepEqual(await laptop('IPConfig'), [
    {
      InterfaceAlias: 'eth0',
      InterfaceDescription: 'e1000e',
      Status: 'Up',
      IPV4Address: '192.0.2.7/24',
      IPV6Address: '2001:db8::1/64',
      IPV4DefaultGateway: '192.0.2.2',
      IPV6DefaultGateway: null,
      DNSServerList: '192.0.2.53, 2001:db8::53',
    },
  ]);
});

test('users have their groups and rights, and a hash in the old place is not collected', async () => {
  const rows = await laptop('User');
  assert.deepEqual(
    rows.map((row) => [row.Name, row.FullName, row.Groups, row.IsAdministrator, row.CanLogOn]),
    [
      ['root', 'root', null, true, true],
      ['lena', 'Lena Ortiz', 'sudo, video', true, true],
      ['svc', null, 'video', false, false],
    ],
  );
  assert.doesNotMatch(JSON.stringify(rows), /hash/);
});

test('the rows make a full summary', async () => {
  using tree = createFixtureTree(LAPTOP);
  const provider = createLinuxProvider({ root: tree.root, calls: CALLS });
  const source: Record<string, readonly InventoryRow[]> = {};
  for (const name of provider.classes) source[name] = await provider.collect(name);
  const summary = summarize(source satisfies SummarySource);
  assert.equal(summary.operatingSystem, 'Ubuntu');
  assert.equal(summary.osVersion, '24.04');
  assert.equal(summary.architecture, 'x64');
  assert.equal(summary.chassisType, 'laptop');
  assert.equal(summary.serialNumber, 'PF-1234');
  assert.equal(summary.physicalMemoryBytes, 16_384_000_000);
  assert.equal(summary.ethernetMacAddress, '02:AA:BB:CC:DD:EE');
  assert.equal(summary.wifiMacAddress, '02:AA:BB:CC:DD:EF');
});

test('an empty system gives one row of nulls for each class with one row, and no others', async () => {
  using tree = createFixtureTree();
  const provider = createLinuxProvider({
    root: tree.root,
    calls: { machine: () => 'riscv64', networkInterfaces: () => ({}) },
  });
  for (const name of provider.classes) {
    const rows = await provider.collect(name);
    assert.equal(rows.length, inventoryClass(name)?.maxRows === 1 ? 1 : 0, name);
  }
  const [bios] = await provider.collect('Bios');
  assert.ok(Object.values(bios ?? {}).every((value) => value === null));
});

test('the one interface of a container is an adapter though it is half of a pair', async () => {
  using tree = createFixtureTree({
    '/sys/class/net/eth0/type': '1\n',
    '/sys/class/net/eth0/iflink': '12\n',
    '/sys/class/net/eth0/ifindex': '2\n',
  });
  const rows = await createLinuxProvider({ root: tree.root, calls: CALLS }).collect(
    'NetworkAdapter',
  );
  assert.deepEqual(
    rows.map((row) => [row.Name, row.AdapterType]),
    [['eth0', 'ethernet']],
  );
});
