import type { Permission } from '../access/permissions.ts';

/** Every kind of Microsoft Graph's configurationManagerActionType. */
export const GRAPH_ACTION_KINDS = [
  'refreshMachinePolicy',
  'refreshUserPolicy',
  'wakeUpClient',
  'appEvaluation',
  'quickScan',
  'fullScan',
  'windowsDefenderUpdateSignatures',
] as const;

/** What can be done to a device: Graph's kinds, and those that it does not have. */
export const ACTION_KINDS = [
  'refreshMachinePolicy',
  'refreshUserPolicy',
  'wakeUpClient',
  'appEvaluation',
  'quickScan',
  'fullScan',
  'windowsDefenderUpdateSignatures',
  'collectInventory',
  'restart',
  'collectDiagnostics',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** What the console calls each kind. */
export const ACTION_TITLES: Readonly<Record<ActionKind, string>> = {
  refreshMachinePolicy: 'Sync machine policy',
  refreshUserPolicy: 'Sync user policy',
  wakeUpClient: 'Wake up',
  appEvaluation: 'App evaluation cycle',
  quickScan: 'Quick scan',
  fullScan: 'Full scan',
  windowsDefenderUpdateSignatures: 'Update antivirus signatures',
  collectInventory: 'Collect inventory',
  restart: 'Restart',
  collectDiagnostics: 'Collect diagnostics',
};

/** The kinds as menus show them. */
export const ACTION_GROUPS: readonly ActionGroup[] = [
  {
    title: 'Policy and inventory',
    kinds: ['refreshMachinePolicy', 'refreshUserPolicy', 'appEvaluation', 'collectInventory'],
  },
  { title: 'Antivirus', kinds: ['quickScan', 'fullScan', 'windowsDefenderUpdateSignatures'] },
  { title: 'Power', kinds: ['wakeUpClient', 'restart'] },
  { title: 'Support', kinds: ['collectDiagnostics'] },
];
export interface ActionGroup {
  readonly title: string;
  readonly kinds: readonly ActionKind[];
}

/** The permission that requesting each kind needs. */
export const ACTION_PERMISSIONS: Readonly<Record<ActionKind, Permission>> = {
  refreshMachinePolicy: 'devices.sync',
  refreshUserPolicy: 'devices.sync',
  wakeUpClient: 'devices.wake',
  appEvaluation: 'devices.sync',
  quickScan: 'devices.scan',
  fullScan: 'devices.scan',
  windowsDefenderUpdateSignatures: 'devices.scan',
  collectInventory: 'devices.sync',
  restart: 'devices.restart',
  collectDiagnostics: 'devices.collectDiagnostics',
};

/**
 * Names of Graph's managedDeviceRemoteAction, as `executeAction` takes them, with the kind that each is; our own kinds
 * go by their own names.
 */
export const BULK_ACTION_NAMES: Readonly<Record<string, ActionKind>> = {
  ...Object.fromEntries(ACTION_KINDS.map((kind) => [kind, kind])),
  syncDevice: 'refreshMachinePolicy',
  signatureUpdate: 'windowsDefenderUpdateSignatures',
  rebootNow: 'restart',
};

/** Kinds that a device can end while it runs them. */
export const ENDABLE_KINDS: readonly ActionKind[] = ['restart', 'quickScan', 'fullScan'];

/** Most devices of one bulk action. */
export const MAX_BULK_DEVICES = 5_000;
