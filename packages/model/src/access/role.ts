import { PERMISSION_CATALOGUE, PERMISSIONS, type Permission } from './permissions.ts';

/** Names of the built-in roles, the highest first. `None` holds nothing: what its account may comes from assignments. */
export const ROLES = ['Administrator', 'Help desk', 'Read only', 'None'] as const;
export type Role = (typeof ROLES)[number];

const READ: readonly Permission[] = [
  'devices.read',
  'inventory.read',
  'actions.read',
  'connectors.read',
  'policy.read',
  'groups.read',
];

/** The built-in roles' permissions; what is not listed is denied. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  Administrator: PERMISSIONS,
  'Help desk': [
    ...READ,
    'devices.sync',
    'devices.wake',
    'devices.scan',
    'devices.restart',
    'devices.collectDiagnostics',
    'diagnostics.read',
    'actions.cancel',
  ],
  'Read only': READ,
  None: [],
};

/** A built-in role as it stands beside those that administrators make; nobody can change it. */
export interface BuiltInRole {
  readonly id: string;
  readonly name: Role;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** Those that can be assigned; their ids are the same everywhere. */
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  {
    id: '00000000-0000-8000-8000-000000000001',
    name: 'Administrator',
    description: 'Everything that there is.',
    permissions: ROLE_PERMISSIONS.Administrator,
  },
  {
    id: '00000000-0000-8000-8000-000000000002',
    name: 'Help desk',
    description: 'Sees devices, and does to them what helps their users.',
    permissions: ROLE_PERMISSIONS['Help desk'],
  },
  {
    id: '00000000-0000-8000-8000-000000000003',
    name: 'Read only',
    description: 'Sees devices, collections, settings and connectors, and changes nothing.',
    permissions: ROLE_PERMISSIONS['Read only'],
  },
];

/** Whether a tenant's request to a site can come to need this permission there. */
export function isRelayed(permission: Permission): boolean {
  return RELAYED.has(permission);
}

const RELAYED: ReadonlySet<Permission> = new Set([
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
  // What may be asked of the connection itself: a new certificate, a resync, a pause of the upload.
  'connectors.manage',
]);

/** What a site lets its tenant do when the tenant alone decides, unless the site says otherwise. */
export const DEFAULT_CEILING: readonly Permission[] = PERMISSIONS.filter(isRelayed).filter(
  (permission) =>
    !PERMISSION_CATALOGUE[permission].isDisruptive && permission !== 'inventory.readSensitive',
);
