import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const actionErrors: Readonly<
  Record<
    | 'notFound'
    | 'expired'
    | 'expiryInvalid'
    | 'tooLate'
    | 'kindNotSupported'
    | 'kindUnknown'
    | 'idTaken'
    | 'tooManyOpen'
    | 'alreadyEnded'
    | 'settingsInvalid'
    | 'bulkNotFound'
    | 'requestIdReused'
    | 'fileNotThere'
    | 'fileNotWanted'
    | 'fileDamaged',
    ErrorFactory
  >
> = defineErrors({
  notFound: {
    code: 'actions.not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no action {id} here. Look it up in the list of the device’s actions.',
  },
  expired: {
    code: 'actions.expired',
    kind: 'failure',
    status: 409,
    text: 'The action expired at {expiresAt}, before it could begin. Request it again.',
  },
  expiryInvalid: {
    code: 'actions.expiry_invalid',
    kind: 'failure',
    text: '"{expiresAt}" is not a time. Write it as RFC 3339, such as 2026-11-23T12:00:00Z.',
  },
  tooLate: {
    code: 'actions.too_late',
    kind: 'failure',
    status: 409,
    text: 'The action cannot be cancelled any more: it is {state}. {hint}',
  },
  kindNotSupported: {
    code: 'actions.kind_not_supported',
    kind: 'failure',
    text: 'The action {kind} is not available for this device. Available: {supported}.',
  },
  kindUnknown: {
    code: 'actions.kind_unknown',
    kind: 'failure',
    text: 'There is no action "{kind}". {hint}',
  },
  idTaken: {
    code: 'actions.id_taken',
    kind: 'failure',
    status: 409,
    text: 'The action id {id} belongs to another action. Give every action an id of its own.',
  },
  tooManyOpen: {
    code: 'actions.too_many_open',
    kind: 'failure',
    status: 429,
    text: '{count} actions of this device have not ended yet. Wait for them, or cancel those that are not needed.',
  },
  settingsInvalid: {
    code: 'actions.settings_invalid',
    kind: 'failure',
    text: 'Actions cannot wait {default} min by default when they wait {maximum} min at most. Make the default shorter, or the longest wait longer.',
  },
  bulkNotFound: {
    code: 'actions.bulk_not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no bulk action {id} here. Look it up in the list of bulk actions.',
  },
  requestIdReused: {
    code: 'actions.request_id_reused',
    kind: 'failure',
    status: 409,
    text: 'The client-request-id {requestId} belongs to a bulk action of another kind or of other devices. Give every request an id of its own.',
  },
  fileNotThere: {
    code: 'actions.file_not_there',
    kind: 'failure',
    status: 404,
    text: 'There is no file of the action {id}. It may have been too old to be kept; collect diagnostics again.',
  },
  fileNotWanted: {
    code: 'actions.file_not_wanted',
    kind: 'failure',
    status: 409,
    text: 'The action {id} takes no file from this device now.',
  },
  fileDamaged: {
    code: 'actions.file_damaged',
    kind: 'failure',
    text: 'The file of the action {id} is not what was announced, so it was not kept. Collect diagnostics again.',
  },
  alreadyEnded: {
    code: 'actions.already_ended',
    kind: 'failure',
    status: 409,
    text: 'The action had ended as {state} when word came that it is {reported}. It stays as it ended; request it again if it is still wanted.',
  },
});
