import { bool, dateTime, int, sensitive, text } from '../columns.ts';
import type { InventoryClass } from '../inventory-class.ts';

export const administratorsClass: InventoryClass = {
  category: 'users',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'Administrators',
  description: 'One row for each way in which somebody may act as root.',
  key: ['Name', 'Source'],
  maxRows: 5000,
  columns: [
    text('Name', 255, 'Account, group with % before it, or alias.'),
    text('Source', 255, 'Why: UserId 0, group, or file of sudo’s rules.'),
    text('ObjectClass', 16, 'User, Group or Alias.'),
    text('Commands', 1024, 'What may be run, as the rule says; ALL for everything.'),
    bool('IsPasswordAsked', 'Whether the own password is asked for.'),
  ],
};

export const loggedOnUserClass: InventoryClass = {
  category: 'users',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'LoggedOnUser',
  description: 'One row for each session of a user.',
  key: ['SessionId'],
  maxRows: 2000,
  columns: [
    text('SessionId', 64, 'Session of the log-on service; else the terminal.'),
    text('UserName', 128, 'Account.'),
    int('UserId', 'Number of the account.'),
    text('LogonType', 32, 'Kind of session: tty, x11, wayland, or as the service says.'),
    text('Service', 64, 'What opened the session, such as sshd.'),
    text('Terminal', 64, 'Terminal or display.'),
    text('RemoteHost', 255, 'Where the user comes from; null: from the device itself.'),
    text('State', 16, 'active, online or closing.'),
    bool('IsRemote', 'Whether the session came over the network.'),
    dateTime('LogonTime', 'When the session was opened.'),
  ],
};

export const autoStartSoftwareClass: InventoryClass = {
  category: 'system',
  platforms: ['linux'],
  cadence: 'day',
  name: 'AutoStartSoftware',
  description:
    'One row for each program that starts with the system or a session, beside services and timers.',
  key: ['Location', 'Name'],
  maxRows: 5000,
  columns: [
    text('Name', 255, 'Name of the entry.'),
    text('Location', 512, 'File that makes it start.'),
    sensitive('Command', 1024, 'What is started.'),
    text('User', 128, 'For whom it starts; all for everybody.'),
    bool('IsEnabled', 'Whether it is not switched off.'),
  ],
};

export const scheduledTaskClass: InventoryClass = {
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'ScheduledTask',
  description:
    'One row for each line of cron, script of its folders, job of anacron and timer of systemd.',
  key: ['Source', 'Name'],
  maxRows: 5000,
  columns: [
    text('Name', 255, 'Name of the timer or script; for a line its number.'),
    text('Source', 512, 'File or folder that it comes from.'),
    text('Kind', 16, 'cron, anacron or timer.'),
    text('Schedule', 1024, 'When it runs, as it is written there.'),
    text('User', 128, 'Account that it runs as.'),
    sensitive('Command', 1024, 'What is run; for a timer its unit.'),
    bool('IsEnabled', 'Whether it runs by itself; null when it cannot be told.'),
    dateTime('LastRunTime', 'When it ran last, where that is kept.'),
  ],
};

export const environmentClass: InventoryClass = {
  category: 'system',
  platforms: ['linux'],
  cadence: 'day',
  name: 'Environment',
  description: 'One row for each variable that the system sets for sessions and services.',
  key: ['Location', 'Name'],
  maxRows: 2000,
  columns: [
    text('Name', 255, 'Name of the variable.'),
    text('Location', 255, 'File that sets it.'),
    sensitive(
      'VariableValue',
      2048,
      'What it is set to; masked when its name is that of a secret.',
    ),
    bool('IsMasked', 'Whether the value was replaced at the device.'),
  ],
};

export const epStatusClass: InventoryClass = {
  category: 'security',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'EPStatus',
  description: 'Malware protection of the device: ClamAV.',
  key: [],
  maxRows: 1,
  columns: [
    text('Product', 64, 'Product that is installed; null: none was found.'),
    text('EngineVersion', 64, 'Version of the engine’s package.'),
    int('SignatureVersion', 'Number of the daily signatures.'),
    int('SignatureCount', 'How many signatures these hold.'),
    dateTime('SignatureLastUpdated', 'When the daily signatures were made.'),
    bool('IsRealTimeProtectionEnabled', 'Whether access to files is watched.'),
    bool('IsServiceRunning', 'Whether the scanner runs.'),
    bool('IsUpdaterRunning', 'Whether the updater runs.'),
    text('DatabaseFolder', 255, 'Folder of the signatures.'),
  ],
};

export const kernelModuleClass: InventoryClass = {
  category: 'system',
  platforms: ['linux'],
  cadence: 'day',
  name: 'KernelModule',
  description: 'One row for each module that the kernel has loaded.',
  key: ['Name'],
  maxRows: 2000,
  columns: [
    text('Name', 128, 'Name of the module.'),
    text('Version', 64, 'Version, where the module tells one.'),
    int('Size', 'Memory that it takes.', 'bytes'),
    text('State', 16, 'Live, Loading or Unloading.'),
    text('Taint', 16, 'Letters of what makes it other than a module of the kernel’s own sources.'),
    text('UsedBy', 1024, 'Modules that need it, with a comma and a space.'),
  ],
};

export const sysctlClass: InventoryClass = {
  category: 'security',
  platforms: ['linux'],
  cadence: 'day',
  name: 'Sysctl',
  description: 'One row for each setting of the kernel that matters for security or behaviour.',
  key: ['Name'],
  maxRows: 1000,
  columns: [
    text('Name', 128, 'Name of the setting.'),
    text('Value', 512, 'What it is set to now.'),
    text('ConfiguredValue', 512, 'What the files of the system set it to; null: they do not.'),
    text('ConfiguredIn', 255, 'File that sets it last.'),
  ],
};
