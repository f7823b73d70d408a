import { nearest } from '@moorline/kernel';
import { ACTION_KINDS, type ActionKind, BULK_ACTION_NAMES } from '@moorline/model';
import { actionErrors } from './errors.ts';

/** The kind of that name. @throws `actions.kind_unknown` */
export function actionKind(name: string): ActionKind {
  return ACTION_KINDS.find((candidate) => candidate === name) ?? unknown(name, ACTION_KINDS);
}

/** Members of Graph's managedDeviceRemoteAction that are not offered. */
const NOT_OFFERED: readonly string[] = [
  'retire',
  'delete',
  'wipe',
  'customTextNotification',
  'setDeviceName',
  'deprovision',
  'disable',
  'reenable',
  'moveDeviceToOrganizationalUnit',
  'activateDeviceEsim',
  'initiateMobileDeviceManagementKeyRecovery',
  'initiateOnDemandProactiveRemediation',
  'initiateDeviceAttestation',
];

/** The kind that `executeAction` means by that name. @throws `actions.kind_not_supported`, `actions.kind_unknown` */
export function bulkActionKind(name: string): ActionKind {
  const names = Object.keys(BULK_ACTION_NAMES);
  if (NOT_OFFERED.includes(name)) {
    throw actionErrors.kindNotSupported({ kind: name, supported: names.join(', ') });
  }
  const kind = names.includes(name) ? BULK_ACTION_NAMES[name] : undefined;
  return kind ?? unknown(name, names);
}

function unknown(name: string, known: readonly string[]): never {
  const near = nearest(name.slice(0, 64), known);
  throw actionErrors.kindUnknown({
    kind: name.slice(0, 64),
    hint: near ? `Did you mean ${near}?` : `Available: ${known.join(', ')}.`,
  });
}
