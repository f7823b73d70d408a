import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InventoryRow } from '@moorline/model';
import { createFixtureTree, type FixtureEntries } from './fixture-tree.ts';
import { createLinuxProvider } from './provider.ts';

const calls = {
  machine: (): string => 'x86_64',
  networkInterfaces: () => ({}),
  now: () => Date.UTC(2026, 6, 1),
  // As in Berlin.
  utcOffset: (at: number) => ([3, 4, 5, 6, 7, 8].includes(new Date(at).getUTCMonth()) ? 120 : 60),
};

async function collect(
  className: string,
  entries: FixtureEntries,
): Promise<readonly InventoryRow[]> {
  using tree = createFixtureTree(entries);
  return await createLinuxProvider({ root: tree.root, calls }).collect(className);
}

const pick = (rows: readonly InventoryRow[], ...names: string[]): unknown[][] =>
  rows.map((row) => names.map((name) => row[name]));

test('administrators are root, who sudo’s rules name, and the members of groups that these name', async () => {
  const rows = await collect('Administrators', {
    '/etc/passwd':
      'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\nada:x:1000:27::/home/ada:/bin/sh\n',
    '/etc/group': 'root:x:0:\nsudo:x:27:bob\n',
    '/etc/sudoers':
      'Defaults env_reset\nUser_Alias OPS = eve\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\nOPS ALL = \\\n  NOPASSWD: /usr/bin/systemctl restart nginx, /usr/bin/id # comment\n@includedir /etc/sudoers.d\n',
    '/etc/sudoers.d/backup': 'backup,ci host1=(root) NOPASSWD: ALL\n',
    '/etc/sudoers.d/old.bak': 'mallory ALL=(ALL) ALL\n',
  });
  assert.deepEqual(pick(rows, 'Name', 'Source', 'ObjectClass', 'Commands', 'IsPasswordAsked'), [
    ['root', 'UserId 0', 'User', 'ALL', null],
    ['toor', 'UserId 0', 'User', 'ALL', null],
    ['root', '/etc/sudoers', 'User', 'ALL', true],
    ['%sudo', '/etc/sudoers', 'Group', 'ALL', true],
    ['OPS', '/etc/sudoers', 'Alias', '/usr/bin/systemctl restart nginx, /usr/bin/id', false],
    ['backup', '/etc/sudoers.d/backup', 'User', 'ALL', false],
    ['ci', '/etc/sudoers.d/backup', 'User', 'ALL', false],
    ['bob', 'group sudo', 'User', 'ALL', true],
    ['ada', 'group sudo', 'User', 'ALL', true],
  ]);
});

test('sessions are those of the log-on service, without its own managers', async () => {
  const rows = await collect('LoggedOnUser', {
    '/run/systemd/sessions/3':
      '# This is private data. Do not parse.\nUID=1000\nUSER=ada\nACTIVE=1\nSTATE=active\nREMOTE=1\nTYPE=tty\nCLASS=user\nREMOTE_HOST=192.0.2.7\nSERVICE=sshd\nTTY=pts/0\nREALTIME=1782864000000000\n',
    '/run/systemd/sessions/c1': 'UID=0\nUSER=root\nCLASS=manager\n',
    '/run/systemd/sessions/3.ref': '',
  });
  const names = ['SessionId', 'UserName', 'RemoteHost', 'Service', 'IsRemote', 'LogonTime'];
  assert.deepEqual(pick(rows, ...names), [
    ['3', 'ada', '192.0.2.7', 'sshd', true, '2026-07-01T00:00:00Z'],
  ]);
});

test('without the log-on service the terminals’ record tells who is there', async () => {
  const record = Buffer.alloc(384);
  record.writeInt16LE(7, 0);
  record.write('pts/1', 8);
  record.write('ada', 44);
  record.write('192.0.2.9', 76);
  record.writeUInt32LE(1_782_864_000, 340);
  const rows = await collect('LoggedOnUser', {
    '/etc/passwd': 'ada:x:1000:27::/home/ada:/bin/sh\n',
    '/run/utmp': Buffer.concat([record, Buffer.alloc(384)]),
  });
  assert.deepEqual(pick(rows, 'SessionId', 'UserName', 'UserId', 'RemoteHost', 'LogonTime'), [
    ['pts/1', 'ada', 1000, '192.0.2.9', '2026-07-01T00:00:00Z'],
  ]);
});

test('tasks are the lines of cron, scripts of its folders, jobs of anacron and timers', async () => {
  const rows = await collect('ScheduledTask', {
    '/etc/crontab':
      'SHELL=/bin/sh\n# m h dom mon dow user command\n17 *  * * *  root  cd / && run-parts --report /etc/cron.hourly\n',
    '/var/spool/cron/crontabs/ada': '@reboot /home/ada/start --password=hunter2\n',
    '/etc/anacrontab': '1\t5\tcron.daily\trun-parts --report /etc/cron.daily\n',
    '/var/spool/anacron/cron.daily': '20260630\n',
    '/etc/cron.daily/logrotate': '#!/bin/sh\n',
    '/usr/lib/systemd/system/fstrim.timer':
      '[Timer]\nOnCalendar=weekly\nAccuracySec=1h\n[Install]\nWantedBy=timers.target\n',
    '/etc/systemd/system/timers.target.wants/fstrim.timer': {
      link: '/usr/lib/systemd/system/fstrim.timer',
    },
    '/etc/systemd/system/off.timer': { link: '/dev/null' },
  });
  assert.deepEqual(pick(rows, 'Name', 'Kind', 'Schedule', 'User', 'Command', 'IsEnabled'), [
    ['line 3', 'cron', '17 * * * *', 'root', 'cd / && run-parts --report /etc/cron.hourly', true],
    ['line 1', 'cron', '@reboot', 'ada', '/home/ada/start --password=••••••••', true],
    ['logrotate', 'cron', 'daily', 'root', '/etc/cron.daily/logrotate', false],
    [
      'cron.daily',
      'anacron',
      'every 1 days, 5 min after the start',
      'root',
      'run-parts --report /etc/cron.daily',
      true,
    ],
    ['fstrim.timer', 'timer', 'OnCalendar=weekly', null, 'fstrim.service', true],
    ['off.timer', 'timer', null, null, 'off.service', false],
  ]);
  assert.equal(rows[3]?.LastRunTime, '2026-06-30T00:00:00Z');
});

test('variables whose name is that of a secret leave the device masked, others without passwords', async () => {
  const rows = await collect('Environment', {
    '/etc/environment':
      'PATH="/usr/bin:/bin"\nAPI_TOKEN=abc123\nDB_URL=postgres://app:hunter2@db/x\n# HIDDEN=1\n',
    '/etc/profile.d/java.sh': 'JAVA=/usr/bin\nexport JAVA_HOME=/opt/java\n',
  });
  assert.deepEqual(pick(rows, 'Name', 'VariableValue', 'IsMasked'), [
    ['PATH', '/usr/bin:/bin', false],
    ['API_TOKEN', '••••••••', true],
    ['DB_URL', 'postgres://app:••••••••@db/x', true],
    ['JAVA_HOME', '/opt/java', false],
  ]);
});

test('programs that start with a session are told with their switch, those of a user’s links are not', async () => {
  const rows = await collect('AutoStartSoftware', {
    '/etc/passwd': 'ada:x:1000:1000::/home/ada:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n',
    '/etc/xdg/autostart/a.desktop': '[Desktop Entry]\nName=Agent A\nExec=/usr/bin/a --start\n',
    '/home/ada/.config/autostart/b.desktop': '[Desktop Entry]\nName=B\nExec=b\nHidden=true\n',
    '/home/ada/.config/autostart/c.desktop': { link: '/etc/xdg/autostart/a.desktop' },
    '/root/secrets/d.desktop': '[Desktop Entry]\nName=D\nExec=d\n',
    '/home/bob/.config/autostart': { link: '/root/secrets' },
  });
  assert.deepEqual(pick(rows, 'Name', 'Command', 'User', 'IsEnabled'), [
    ['Agent A', '/usr/bin/a --start', 'all', true],
    ['B', 'b', 'ada', false],
  ]);
});

test('the SSH server’s settings are read with their conditions and included files', async () => {
  const rows = await collect('SSHConfiguration', {
    '/etc/ssh/sshd_config':
      'Include /etc/ssh/sshd_config.d/*.conf\n#PermitRootLogin yes\nPermitRootLogin yes\nPort 22\nPort 2222\nSetEnv TOKEN=abc\nMatch User ada\n  PasswordAuthentication no\n',
    '/etc/ssh/sshd_config.d/10-hard.conf': 'PermitRootLogin no\n',
    '/etc/ssh/sshd_config.d/readme': 'X11Forwarding yes\n',
  });
  assert.deepEqual(pick(rows, 'Condition', 'Setting', 'Position', 'Value', 'IsEffective'), [
    ['all', 'permitrootlogin', 1, 'no', true],
    ['all', 'permitrootlogin', 2, 'yes', false],
    ['all', 'port', 1, '22', true],
    ['all', 'port', 2, '2222', true],
    ['all', 'setenv', 1, 'TOKEN=…', true],
    ['User ada', 'passwordauthentication', 1, 'no', true],
  ]);
});

test('settings of the kernel are told with the file that sets them last', async () => {
  const rows = await collect('Sysctl', {
    '/proc/sys/kernel/kptr_restrict': '1\n',
    '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
    '/etc/sysctl.d/50-x.conf': 'kernel.kptr_restrict = 2\n',
    '/usr/lib/sysctl.d/50-x.conf': 'kernel.kptr_restrict = 9\n',
    '/usr/lib/sysctl.d/99-y.conf': 'kernel/kptr_restrict=1\n# net.ipv4.ip_forward=1\n',
  });
  assert.deepEqual(pick(rows, 'Name', 'Value', 'ConfiguredValue', 'ConfiguredIn'), [
    ['kernel.kptr_restrict', '1', '1', '/usr/lib/sysctl.d/99-y.conf'],
    ['net.ipv4.ip_local_port_range', '32768 60999', null, null],
  ]);
});

test('ClamAV’s state comes from its signatures’ header and the running processes', async () => {
  const header = 'ClamAV-VDB:30 Jun 2026 08-26 +0200:27684:2076523:90:md5:sig:builder:1782800000';
  const rows = await collect('EPStatus', {
    '/usr/bin/clamscan': '',
    '/var/lib/clamav/daily.cvd': header.padEnd(512),
    '/var/lib/dpkg/status':
      'Package: clamav\nStatus: install ok installed\nVersion: 1.4.3+dfsg-1\n\n',
    '/proc/77/comm': 'freshclam\n',
  });
  const [row] = rows;
  assert.equal(row?.Product, 'ClamAV');
  assert.equal(row?.EngineVersion, '1.4.3+dfsg-1');
  assert.equal(row?.SignatureVersion, 27_684);
  assert.equal(row?.SignatureCount, 2_076_523);
  assert.equal(row?.SignatureLastUpdated, '2026-06-30T06:26:00Z');
  assert.equal(row?.IsUpdaterRunning, true);
  assert.equal(row?.IsServiceRunning, false);
});

test('the time zone has its difference, its summer time and its servers', async () => {
  const [row] = await collect('TimeZone', {
    '/etc/localtime': { link: '/usr/share/zoneinfo/Europe/Berlin' },
    '/etc/adjtime': '0.0 0 0.0\n0\nLOCAL\n',
    '/usr/sbin/chronyd': '',
    '/etc/chrony/chrony.conf': '# x\npool 2.debian.pool.ntp.org iburst\nserver ntp1.example.org\n',
  });
  assert.deepEqual(row, {
    Name: 'Europe/Berlin',
    Bias: 120,
    IsDaylightSavingTime: true,
    IsHardwareClockLocal: true,
    TimeSource: 'chrony',
    TimeServers: '2.debian.pool.ntp.org, ntp1.example.org',
  });
});

test('the start of the system tells its kernel and why it should be started again', async () => {
  const [row] = await collect('SystemBootData', {
    '/proc/cmdline': 'BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1234 ro quiet password=hunter2\n',
    '/proc/stat': 'btime 1782864000\n',
    '/sys/kernel/security/lockdown': 'none [integrity] confidentiality\n',
    '/sys/kernel/security/lsm': 'lockdown,capability,apparmor',
    '/run/reboot-required': '*** System restart required ***\n',
    '/run/reboot-required.pkgs': 'linux-image\ndbus\nlinux-image\n',
  });
  assert.equal(row?.KernelImage, '/boot/vmlinuz-6.1');
  assert.equal(row?.RootDevice, 'UUID=1234');
  assert.equal(row?.IsQuiet, true);
  assert.equal(row?.KernelLockdown, 'integrity');
  assert.equal(row?.SecurityModules, 'lockdown, capability, apparmor');
  assert.equal(row?.IsRestartPending, true);
  assert.equal(row?.RestartReason, 'dbus, linux-image');
  assert.doesNotMatch(JSON.stringify(row), /hunter2/);
});
