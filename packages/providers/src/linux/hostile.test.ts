import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkRow, inventoryClass } from '@moorline/model';
import fc from 'fast-check';
import { createFixtureTree } from './fixture-tree.ts';
import { parseProcessStat } from './process-stat.ts';
import { createLinuxProvider } from './provider.ts';
import { parseUnit } from './unit-file.ts';

/** Every kind of file that is read, with the beginning of a content that leads into its parser. */
const FILES: readonly (readonly [string, string])[] = [
  ['/proc/sys/kernel/hostname', ''],
  ['/etc/machine-info', 'PRETTY_HOSTNAME='],
  ['/etc/os-release', 'PRETTY_NAME="'],
  ['/etc/timezone', ''],
  ['/proc/stat', 'btime 17'],
  ['/proc/meminfo', 'MemTotal:       1'],
  ['/proc/cpuinfo', 'processor\t: 0\nmodel name\t: '],
  ['/proc/self/auxv', '\u0006\0\0\0\0\0\0\0'],
  ['/sys/class/dmi/id/sys_vendor', ''],
  ['/sys/class/dmi/id/product_serial', ''],
  ['/sys/class/dmi/id/bios_date', '01/01/'],
  ['/sys/block/sda/device/vpd_pg80', '\0\0\0\0'],
  ['/sys/block/sda/size', '1'],
  ['/proc/self/mountinfo', '27 1 253:0 / / rw - ext4 '],
  ['/sys/class/net/eth0/type', '1'],
  ['/sys/class/net/eth0/address', ''],
  ['/proc/net/route', 'eth0\t00000000\t'],
  ['/proc/net/if_inet6', '20010db8000000000000000000000001 02 40 00 80 '],
  ['/etc/resolv.conf', 'nameserver '],
  ['/var/lib/dpkg/status', 'Package: x\nStatus: install ok installed\nVersion: '],
  ['/usr/lib/systemd/system/a.service', '[Service]\nExecStart='],
  ['/etc/passwd', 'root:x:0:0:'],
  ['/etc/group', 'root:x:0:'],
  ['/proc/42/stat', '42 ('],
  ['/proc/cmdline', 'BOOT_IMAGE='],
  ['/proc/modules', 'loop 1 0 '],
  ['/proc/net/tcp', 'sl\n 0: 00000000:'],
  ['/proc/net/ipv6_route', 'fd000000000000000000000000000000 40 '],
  ['/sys/firmware/dmi/tables/DMI', '\u0011\u0028\0\0'],
  ['/sys/bus/pci/devices/0000:00:02.0/vendor', '0x8086'],
  ['/sys/bus/usb/devices/1-2/idVendor', '046d'],
  ['/etc/localtime', 'TZif'],
  ['/etc/adjtime', '0\n0\n'],
  ['/etc/sysctl.conf', 'kernel.sysrq = '],
  ['/etc/environment', 'PATH='],
  ['/etc/crontab', '* * * * * root '],
  ['/etc/anacrontab', '1 5 '],
  ['/usr/lib/systemd/system/b.timer', '[Timer]\nOnCalendar='],
  ['/etc/xdg/autostart/a.desktop', '[Desktop Entry]\nExec='],
  ['/etc/sudoers', 'a ALL=('],
  ['/run/systemd/sessions/1', 'USER=a\nREALTIME='],
  ['/etc/ssh/sshd_config', 'Include '],
  ['/etc/samba/smb.conf', '[a]\npath='],
  ['/etc/exports', '/a '],
  ['/etc/cups/printers.conf', '<Printer a>\nInfo '],
  ['/etc/crypttab', 'a '],
  ['/proc/swaps', 'x\n/dev/a partition '],
  ['/var/lib/clamav/daily.cvd', 'ClamAV-VDB:'],
  ['/etc/libvirt/qemu/a.xml', '<name>'],
  ['/var/lib/docker/containers/a/config.v2.json', '{"Name":"'],
  ['/snap/a/current/meta/snap.yaml', 'name: '],
  ['/var/lib/apt/lists/a_Packages', 'Package: x\nVersion: '],
  ['/var/lib/apt/lists/b_Packages.lz4', '\u0004\u0022M\u0018'],
  ['/var/lib/apt/lists/c_Packages.gz', '\u001f'],
  ['/etc/apt/sources.list', 'deb '],
  ['/etc/apt/sources.list.d/a.sources', 'Types: deb\nURIs: '],
];

const calls = {
  machine: (): string => 'x86_64\u0000\ud800',
  networkInterfaces: () => ({}),
};

async function checkAll(root: string): Promise<void> {
  const provider = createLinuxProvider({ root, calls });
  for (const name of provider.classes) {
    const declared = inventoryClass(name);
    assert.ok(declared);
    for (const row of await provider.collect(name))
      assert.equal(checkRow(declared, row), undefined, `${name} ${JSON.stringify(row)}`);
  }
}

test('files of any bytes give rows that pass the check', async () => {
  using tree = createFixtureTree({ '/sys/block/sda/device/': '' });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 200 }), {
        minLength: FILES.length,
        maxLength: FILES.length,
      }),
      fc.boolean(),
      async (contents, isLedIn) => {
        tree.add(
          Object.fromEntries(
            FILES.map(([path, start], index) => [
              path,
              Buffer.concat([
                Buffer.from(isLedIn ? start : ''),
                contents[index] ?? Buffer.alloc(0),
              ]),
            ]),
          ),
        );
        await checkAll(tree.root);
      },
    ),
    { numRuns: 15 },
  );
});

test('enormous lines, control characters and broken UTF-8 give rows that pass the check', async () => {
  using tree = createFixtureTree({ '/sys/block/sda/device/': '' });
  const nasty = Buffer.concat([
    Buffer.from('\u001b[2J\u0000\u009f'),
    Buffer.from([0xff, 0xc0, 0xed, 0xa0, 0x80]),
    Buffer.alloc(2_000_000, 'A😀'),
  ]);
  tree.add(
    Object.fromEntries(
      FILES.map(([path, start]) => [path, Buffer.concat([Buffer.from(start), nasty])]),
    ),
  );
  await checkAll(tree.root);
});

test('links in a circle, folders in the place of files and pipes without a writer are null', async () => {
  using tree = createFixtureTree({
    '/etc/os-release': { link: 'os-release' },
    '/var/lib/dpkg/status': { link: 'status' },
    '/proc/meminfo/': '',
    '/sys/class/net/eth0': { link: 'eth0' },
  });
  tree.add({ '/proc/sys/kernel/': '' });
  execFileSync('mkfifo', [join(tree.root, '/proc/sys/kernel/hostname')]);
  await checkAll(tree.root);
  const provider = createLinuxProvider({ root: tree.root, calls });
  assert.equal((await provider.collect('OS'))[0]?.Caption, null);
  assert.equal((await provider.collect('Device'))[0]?.Name, null);
  assert.deepEqual(await provider.collect('InstalledSoftware'), []);
});

test('a fact that may not be read is null, a table that may not be read is an error', async () => {
  using tree = createFixtureTree({
    '/sys/class/dmi/id/product_serial': 'X',
    '/etc/passwd': 'a:x:1:1:::',
  });
  chmodSync(tree.root, 0o755);
  chmodSync(join(tree.root, '/sys/class/dmi/id/product_serial'), 0);
  chmodSync(join(tree.root, '/etc/passwd'), 0);
  const provider = createLinuxProvider({ root: tree.root, calls });
  await withoutRootRights(async () => {
    assert.equal((await provider.collect('Bios'))[0]?.SerialNumber, null);
    await assert.rejects(provider.collect('User'), { code: 'inventory.source_unreadable' });
  });
});

// Root may read everything: as root, the work runs as the user nobody.
async function withoutRootRights(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('the name of a process may hold brackets and blanks', () => {
  const stat = parseProcessStat(`7 (a) b (c)) S 1 ${'0 '.repeat(48)}`);
  assert.equal(stat?.name, 'a) b (c)');
  assert.equal(stat?.parent, 1);
});

test('arguments of a process are nowhere in its row', async () => {
  using tree = createFixtureTree({
    '/proc/42/stat': `42 (tool) S 1 ${'0 '.repeat(48)}`,
    '/proc/42/cmdline': 'tool\0--password=hunter2\0',
    '/proc/42/environ': 'TOKEN=hunter2\0',
  });
  const rows = await createLinuxProvider({ root: tree.root, calls }).collect('Process');
  assert.equal(rows.length, 1);
  assert.doesNotMatch(JSON.stringify(rows), /hunter2/);
});

test('unit files of any content never make the parser throw', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('[Service]', '[Install', 'ExecStart="', 'ExecStart=@-', 'User=', '=', '\\'),
  );
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(fc.property(fc.array(text, { maxLength: 3 }), (texts) => void parseUnit(texts)));
});

test('the event loop is not held while thousands of packages are read', async () => {
  using tree = createFixtureTree();
  tree.add({ '/var/lib/dpkg/': '' });
  const entry = (number: number): string =>
    `Package: p${number}\nStatus: install ok installed\nArchitecture: all\nVersion: 1\nDescription: x\n${' text\n'.repeat(20)}\n`;
  const text = Array.from({ length: 6000 }, (_, number) => entry(number)).join('');
  writeFileSync(join(tree.root, '/var/lib/dpkg/status'), text);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const rows = await createLinuxProvider({ root: tree.root, calls }).collect('InstalledSoftware');
  clearInterval(timer);
  assert.equal(rows.length, 6000);
  assert.ok(turns > 0);
});
