import type { AuthorityPlace } from '../actions/action.ts';

/** Every permission there is; what is not granted is denied. Ids never change. */
export const PERMISSIONS = [
  'devices.read',
  'devices.sync',
  'devices.wake',
  'devices.scan',
  'devices.restart',
  'devices.collectDiagnostics',
  'diagnostics.read',
  'inventory.read',
  'inventory.readSensitive',
  'actions.read',
  'actions.cancel',
  'connectors.read',
  'connectors.create',
  'connectors.manage',
  'enrolment.manage',
  'policy.read',
  'policy.manage',
  'groups.read',
  'groups.manage',
  'administrators.manage',
  'roles.read',
  'roles.manage',
  'audit.read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a permission allows, for those who grant it. */
export interface PermissionDescription {
  /** The heading that it stands under. */
  readonly group: string;
  /** What it is called in a list under that heading. */
  readonly title: string;
  /** A sentence: what somebody who holds it can do. */
  readonly allows: string;
  /** Where anything asks for it. */
  readonly hosts: readonly AuthorityPlace[];
  /**
   * `devices`: an assignment that is limited to some devices grants it for those. `everything`: it is about all
   * devices or about who may what, so only an assignment to all devices grants it.
   */
  readonly reach: 'devices' | 'everything';
  /** Interrupts people at their devices: a cloud service gets it from a site only when the site says so. */
  readonly isDisruptive: boolean;
}

const DEVICES = 'Cloud attached devices';
const TASKS = 'Remote tasks';
const COLLECTIONS = 'Collections';
const SETTINGS = 'Client settings';
const CONNECTORS = 'Connectors';
const ACCESS = 'Access';

function entry(
  group: string,
  title: string,
  allows: string,
  options: Partial<Pick<PermissionDescription, 'hosts' | 'reach' | 'isDisruptive'>> = {},
): PermissionDescription {
  const { hosts = ['tenant', 'site'], reach = 'devices', isDisruptive = false } = options;
  return { group, title, allows, hosts, reach, isDisruptive };
}

const EVERYTHING = { reach: 'everything' } as const;

/** The catalogue: one line a permission, from which contracts, API, consoles and documents take it. */
export const PERMISSION_CATALOGUE: Readonly<Record<Permission, PermissionDescription>> = {
  'devices.read': entry(
    DEVICES,
    'View client details',
    'See devices in lists, counts, totals and on their own pages.',
  ),
  'inventory.read': entry(
    DEVICES,
    'View resource explorer',
    'See the hardware and software inventory of devices.',
  ),
  'inventory.readSensitive': entry(
    DEVICES,
    'View sensitive inventory',
    'See columns that may hold what not everybody should read, such as command lines and addresses.',
  ),
  'groups.read': entry(
    DEVICES,
    'View collections',
    'See collections, their rules and their members.',
  ),
  'actions.read': entry(DEVICES, 'View actions', 'See actions on devices, with every hop.'),
  'diagnostics.read': entry(
    DEVICES,
    'Download diagnostics',
    'Download the diagnostics that devices have sent.',
  ),
  'devices.sync': entry(
    TASKS,
    'Sync and evaluate',
    'Have devices fetch policy, evaluate applications and send their inventory now.',
  ),
  'devices.wake': entry(TASKS, 'Wake up', 'Have sleeping devices woken over their network.'),
  'devices.scan': entry(
    TASKS,
    'Scan for malware',
    'Start quick and full scans, and update antivirus signatures.',
  ),
  'devices.restart': entry(
    TASKS,
    'Restart',
    'Restart devices, after a countdown that is shown to whoever is signed in.',
    { isDisruptive: true },
  ),
  'devices.collectDiagnostics': entry(
    TASKS,
    'Collect diagnostics',
    'Have devices gather logs and state and send them.',
  ),
  'actions.cancel': entry(TASKS, 'Cancel actions', 'Cancel actions that have not begun to run.'),
  'groups.manage': entry(
    COLLECTIONS,
    'Manage collections',
    'Make, change and delete collections, and see who would be in them.',
    EVERYTHING,
  ),
  'policy.read': entry(SETTINGS, 'View client settings', 'See what is set on clients.'),
  'policy.manage': entry(
    SETTINGS,
    'Manage client settings',
    'Change what is set on clients.',
    EVERYTHING,
  ),
  'enrolment.manage': entry(
    'Enrolment',
    'Manage enrolment',
    'Make enrolment tokens; block, unblock and remove devices.',
    EVERYTHING,
  ),
  'connectors.read': entry(
    CONNECTORS,
    'View connectors',
    'See attached sites, their status and their settings.',
  ),
  'connectors.create': entry(
    CONNECTORS,
    'Create connectors',
    'Make the join tokens that sites are attached with.',
    { hosts: ['tenant'], ...EVERYTHING },
  ),
  'connectors.manage': entry(
    CONNECTORS,
    'Manage connectors',
    'Attach, configure, resync, pause and detach sites.',
    EVERYTHING,
  ),
  'administrators.manage': entry(
    ACCESS,
    'Manage administrators',
    'Make, change and disable accounts, make sign-in links for them, and link them to those of the tenant.',
    EVERYTHING,
  ),
  'roles.read': entry(
    ACCESS,
    'View roles',
    'See roles, scope tags, and who holds what.',
    EVERYTHING,
  ),
  'roles.manage': entry(
    ACCESS,
    'Manage roles',
    'Make, change, assign and delete roles and scope tags, out of the permissions that one holds.',
    EVERYTHING,
  ),
  'audit.read': entry(ACCESS, 'View audit log', 'Read the audit log and verify it.', EVERYTHING),
};
