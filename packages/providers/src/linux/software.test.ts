import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createFixtureTree, type FixtureTree } from './fixture-tree.ts';
import { createLinuxProvider } from './provider.ts';
import { encodeRpmHeader } from './rpm-fixture.ts';

const STATUS = `Package: adduser
Status: install ok installed
Priority: important
Section: admin
Installed-Size: 686
Maintainer: Debian Adduser Developers <adduser@packages.debian.org>
Architecture: all
Version: 3.134
Description: add and remove users and groups
 This package includes commands.
 .
 Status: install ok installed

Package: libc6
Status: hold ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9+deb12u10
Description: GNU C Library: Shared libraries

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0

Package: ../../etc/passwd
Status: install ok installed
Architecture: all
Version: 1.0
Installed-Size: many
`;

const software = (tree: FixtureTree) =>
  createLinuxProvider({ root: tree.root }).collect('InstalledSoftware');

function writeRpmDatabase(
  tree: FixtureTree,
  path: string,
  blobs: readonly Uint8Array[],
): DatabaseSync {
  const file = join(tree.root, path);
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(
    "pragma journal_mode = wal; create table 'Packages' (hnum integer primary key autoincrement, blob blob not null)",
  );
  const insert = database.prepare('insert into Packages (blob) values (?)');
  for (const blob of blobs) insert.run(blob);
  return database;
}

const packageHeader = (name: string): Buffer =>
  encodeRpmHeader([
    { tag: 1000, type: 'string', value: name },
    { tag: 1001, type: 'string', value: '1.0' },
    { tag: 1002, type: 'string', value: '1.el9' },
    { tag: 1022, type: 'string', value: 'x86_64' },
    { tag: 1008, type: 'int32', value: 1_700_000_000 },
  ]);

test('installed entries of the dpkg database are rows, whatever was asked for them', async () => {
  using tree = createFixtureTree({ '/var/lib/dpkg/status': STATUS });
  const rows = await software(tree);
  assert.deepEqual(
    rows.map((row) => row.ProductName),
    ['adduser', 'libc6', '../../etc/passwd'],
  );
  assert.deepEqual(rows[0], {
    ProductName: 'adduser',
    ProductVersion: '3.134',
    Architecture: 'all',
    Source: 'dpkg',
    Publisher: 'Debian Adduser Developers',
    InstalledSize: 686 * 1024,
    InstallDate: null,
    Section: 'admin',
    Description: 'add and remove users and groups',
  });
  assert.equal(rows[2]?.InstalledSize, null);
});

test('the install date is that of the list of files, under the name that dpkg gives it', async () => {
  using tree = createFixtureTree({
    '/var/lib/dpkg/status': STATUS,
    '/var/lib/dpkg/info/adduser.list': '',
    '/var/lib/dpkg/info/libc6:amd64.list': '',
  });
  tree.touch('/var/lib/dpkg/info/adduser.list', Date.UTC(2025, 0, 2));
  tree.touch('/var/lib/dpkg/info/libc6:amd64.list', Date.UTC(2025, 2, 4));
  assert.deepEqual(
    (await software(tree)).map((row) => row.InstallDate),
    ['2025-01-02T00:00:00Z', '2025-03-04T00:00:00Z', null],
  );
});

for (const path of ['/usr/lib/sysimage/rpm/rpmdb.sqlite', '/var/lib/rpm/rpmdb.sqlite']) {
  test(`packages of the rpm database at ${path} are rows, and nothing is written beside it`, async () => {
    using tree = createFixtureTree();
    writeRpmDatabase(tree, path, [
      packageHeader('bash'),
      Buffer.from('not a header'),
      packageHeader('zlib'),
    ]).close();
    const before = readdirSync(join(tree.root, dirname(path)));
    const rows = await software(tree);
    assert.deepEqual(
      rows.map((row) => [row.ProductName, row.ProductVersion, row.InstallDate]),
      [
        ['bash', '1.0-1.el9', '2023-11-14T22:13:20Z'],
        ['zlib', '1.0-1.el9', '2023-11-14T22:13:20Z'],
      ],
    );
    assert.deepEqual(readdirSync(join(tree.root, dirname(path))), before);
  });
}

test('packages that lie in the write-ahead log of a running transaction tool are seen', async () => {
  using tree = createFixtureTree();
  const open = writeRpmDatabase(tree, '/var/lib/rpm/rpmdb.sqlite', [packageHeader('bash')]);
  assert.deepEqual(
    (await software(tree)).map((row) => row.ProductName),
    ['bash'],
  );
  open.close();
});

test('both databases are read where both are', async () => {
  using tree = createFixtureTree({ '/var/lib/dpkg/status': STATUS });
  writeRpmDatabase(tree, '/var/lib/rpm/rpmdb.sqlite', [packageHeader('bash')]).close();
  assert.deepEqual(
    (await software(tree)).map((row) => row.Source),
    ['dpkg', 'dpkg', 'dpkg', 'rpm'],
  );
});

test('a database that is there but cannot be read is an error, never an empty list', async () => {
  using tree = createFixtureTree({ '/var/lib/rpm/rpmdb.sqlite': 'x'.repeat(8192) });
  await assert.rejects(software(tree), { code: 'inventory.source_unreadable' });
  writeFileSync(join(tree.root, '/var/lib/rpm/rpmdb.sqlite'), '');
  await assert.rejects(software(tree), { code: 'inventory.source_unreadable' });
});

test('no database at all is no software', async () => {
  using tree = createFixtureTree();
  assert.deepEqual(await software(tree), []);
});
