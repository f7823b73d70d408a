import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const inventoryErrors: Readonly<
  Record<
    | 'classUnknown'
    | 'classRepeated'
    | 'classNotReported'
    | 'rowInvalid'
    | 'keyRepeated'
    | 'tooManyRows'
    | 'tooLarge'
    | 'timeInvalid'
    | 'hashMismatch'
    | 'busy'
    | 'columnUnknown'
    | 'dayInvalid'
    | 'dayUnknown'
    | 'deviceOffline'
    | 'deviceSilent'
    | 'refreshesBusy'
    | 'changedMeanwhile',
    ErrorFactory
  >
> = defineErrors({
  classUnknown: {
    code: 'inventory.class_unknown',
    kind: 'failure',
    text: 'There is no inventory class "{className}". {hint} Nothing of this request was stored.',
  },
  classRepeated: {
    code: 'inventory.class_repeated',
    kind: 'failure',
    text: 'The request holds two documents of the class {className}. Send one. Nothing of this request was stored.',
  },
  classNotReported: {
    code: 'inventory.class_not_reported',
    kind: 'failure',
    status: 404,
    text: 'This device has not reported the class "{className}". {hint}',
  },
  rowInvalid: {
    code: 'inventory.row_invalid',
    kind: 'failure',
    text: 'Row {row} of the class {className} is not valid: its column "{column}" {problem}. Nothing of this request was stored.',
  },
  keyRepeated: {
    code: 'inventory.key_repeated',
    kind: 'failure',
    text: 'Two rows of the class {className} have the same key {key}. Send each key once. Nothing of this request was stored.',
  },
  tooManyRows: {
    code: 'inventory.too_many_rows',
    kind: 'failure',
    text: 'The class {className} takes {limit} rows from a device, and {count} were sent. Send fewer. Nothing of this request was stored.',
  },
  tooLarge: {
    code: 'inventory.document_too_large',
    kind: 'failure',
    status: 413,
    text: 'The document of the class {className} is {sizeBytes} bytes long, and {limitBytes} are taken. Send less. Nothing of this request was stored.',
  },
  timeInvalid: {
    code: 'inventory.time_invalid',
    kind: 'failure',
    text: 'The document of the class {className} does not say when it was collected. Send collectedAt as an RFC 3339 time. Nothing of this request was stored.',
  },
  hashMismatch: {
    code: 'inventory.hash_mismatch',
    kind: 'failure',
    text: 'The hash of the document of the class {className} is not that of its rows. Compute it over the canonical rows. Nothing of this request was stored.',
  },
  busy: {
    code: 'inventory.busy',
    kind: 'unavailable',
    text: 'More documents arrive than can be stored at the moment. Nothing of this request was stored. Send it again after {retryAfterSeconds} s.',
  },
  columnUnknown: {
    code: 'inventory.column_unknown',
    kind: 'failure',
    text: 'The class {className} has no column "{column}" that you can sort by. {hint}',
  },
  dayInvalid: {
    code: 'inventory.day_invalid',
    kind: 'failure',
    text: '"{day}" is not one of the last {days} days. Write a day as 2026-11-23; days begin and end by UTC.',
  },
  dayUnknown: {
    code: 'inventory.day_unknown',
    kind: 'failure',
    status: 404,
    text: 'Nothing is known of the class {className} on {day}: the device first reported it later, or was not enrolled. Choose a later day.',
  },
  deviceOffline: {
    code: 'inventory.device_offline',
    kind: 'failure',
    status: 409,
    text: 'The device is not connected, so it cannot be asked now. What is shown is what it reported last; ask again when it is online.',
  },
  deviceSilent: {
    code: 'inventory.device_silent',
    kind: 'unavailable',
    status: 504,
    text: 'The device did not send the class {className} within {seconds} s. It may be busy, have the class disabled by client settings, or not collect it. What is shown is what it reported last; try again.',
  },
  refreshesBusy: {
    code: 'inventory.refreshes_busy',
    kind: 'unavailable',
    text: 'Too many classes are being asked for at the moment. Nothing was asked. Wait for the answers, then try again.',
  },
  changedMeanwhile: {
    code: 'inventory.changed_meanwhile',
    kind: 'unavailable',
    text: 'The class {className} changed while it was exported, so the export is not complete. Export it again.',
  },
});
