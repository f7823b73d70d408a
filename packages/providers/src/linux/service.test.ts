import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InventoryRow } from '@moorline/model';
import { createFixtureTree, type FixtureEntries } from './fixture-tree.ts';
import { createLinuxProvider } from './provider.ts';

const UNITS: FixtureEntries = {
  '/usr/lib/systemd/system/ssh.service':
    '[Unit]\nDescription=OpenBSD Secure Shell server\n[Service]\nType=notify\nExecStartPre=/usr/sbin/sshd -t\nExecStart=-/usr/sbin/sshd -D \\\n  $SSHD_OPTS\n[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n',
  '/etc/systemd/system/sshd.service': { link: '/usr/lib/systemd/system/ssh.service' },
  '/etc/systemd/system/multi-user.target.wants/ssh.service': {
    link: '/usr/lib/systemd/system/ssh.service',
  },
  '/usr/lib/systemd/system/web.service':
    '[Unit]\nDescription=Web\n[Service]\nUser=www\nExecStart=/usr/bin/web --secret=x\n[Install]\nWantedBy=multi-user.target\n',
  '/etc/systemd/system/web.service.d/override.conf':
    '[Service]\nUser=web\nExecStart=\nExecStart="/opt/my web/bin/web" --port 80\n',
  '/usr/lib/systemd/system/load-modules.service':
    '[Unit]\nDescription=Load Modules\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/load\n',
  '/etc/systemd/system/rpcbind.service': { link: '/dev/null' },
  '/usr/lib/systemd/system/rpcbind.service': '[Service]\nExecStart=/bin/rpcbind\n',
  '/usr/lib/systemd/system/getty@.service':
    '[Unit]\nDescription=Getty on %I\n[Service]\nExecStart=-/sbin/agetty %I\n[Install]\nWantedBy=getty.target\n',
  '/etc/systemd/system/getty.target.wants/getty@tty1.service': {
    link: '/usr/lib/systemd/system/getty@.service',
  },
};

const RUNNING: FixtureEntries = {
  '/run/systemd/system/': '',
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory',
  '/sys/fs/cgroup/system.slice/ssh.service/cgroup.procs': '700\n701\n',
  '/sys/fs/cgroup/system.slice/web.service/cgroup.procs': '',
  '/sys/fs/cgroup/system.slice/system-getty.slice/getty@tty1.service/cgroup.procs': '900\n',
  '/sys/fs/cgroup/system.slice/run-r1.service/cgroup.procs': '',
  '/sys/fs/cgroup/system.slice/run-r1.service/payload/cgroup.procs': '950\n',
  '/sys/fs/cgroup/user.slice/user-0.slice/user@0.service/cgroup.procs': '980\n',
  '/proc/700/stat': `700 (sshd) S 1 ${'0 '.repeat(48)}`,
  '/proc/701/stat': `701 (sshd) S 700 ${'0 '.repeat(48)}`,
};

async function services(entries: FixtureEntries): Promise<ReadonlyMap<unknown, InventoryRow>> {
  using tree = createFixtureTree(entries);
  const rows = await createLinuxProvider({ root: tree.root }).collect('Service');
  return new Map(rows.map((row) => [row.Name, row]));
}

test('a running service shows its state, start mode, program without arguments, and main process', async () => {
  const found = await services({ ...UNITS, ...RUNNING });
  assert.deepEqual(found.get('ssh.service'), {
    Name: 'ssh.service',
    DisplayName: 'OpenBSD Secure Shell server',
    State: 'Running',
    LoadState: 'loaded',
    StartMode: 'enabled',
    StartName: 'root',
    PathName: '/usr/sbin/sshd',
    ProcessId: 700,
  });
});

test('an alias is no service of its own', async () => {
  assert.equal((await services({ ...UNITS, ...RUNNING })).has('sshd.service'), false);
});

test('drop-ins change a unit, and an empty command list starts anew', async () => {
  const web = (await services({ ...UNITS, ...RUNNING })).get('web.service');
  assert.equal(web?.StartName, 'web');
  assert.equal(web?.PathName, '/opt/my web/bin/web');
  assert.equal(web?.State, 'Stopped');
  assert.equal(web?.StartMode, 'disabled');
});

test('a one-time service that stays active is not said to be stopped', async () => {
  const modules = (await services({ ...UNITS, ...RUNNING })).get('load-modules.service');
  assert.equal(modules?.State, null);
  assert.equal(modules?.StartMode, 'static');
});

test('a masked service is masked whatever file lies beneath', async () => {
  const masked = (await services({ ...UNITS, ...RUNNING })).get('rpcbind.service');
  assert.equal(masked?.LoadState, 'masked');
  assert.equal(masked?.StartMode, 'masked');
});

test('an instance takes its settings from the template, which is no service itself', async () => {
  const found = await services({ ...UNITS, ...RUNNING });
  const getty = found.get('getty@tty1.service');
  assert.equal(getty?.DisplayName, 'Getty on tty1');
  assert.equal(getty?.StartMode, 'enabled');
  assert.equal(getty?.ProcessId, 900);
  assert.equal(found.has('getty@.service'), false);
});

test('a service that runs without a unit file is listed, those of users are not', async () => {
  const found = await services({ ...UNITS, ...RUNNING });
  assert.equal(found.get('run-r1.service')?.LoadState, 'not-found');
  assert.equal(found.get('run-r1.service')?.ProcessId, 950);
  assert.equal(found.has('user@0.service'), false);
});

test('the groups of the older layout tell the same', async () => {
  const found = await services({
    ...UNITS,
    '/run/systemd/system/': '',
    '/sys/fs/cgroup/systemd/system.slice/web.service/cgroup.procs': '800\n',
  });
  assert.equal(found.get('web.service')?.State, 'Running');
  assert.equal(found.get('ssh.service')?.State, 'Stopped');
});

test('where systemd does not run the system no state is claimed', async () => {
  const found = await services(UNITS);
  assert.equal(found.get('ssh.service')?.State, null);
  assert.equal(found.get('ssh.service')?.StartMode, 'enabled');
});
