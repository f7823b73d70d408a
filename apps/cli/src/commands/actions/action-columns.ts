/** What a table shows of an action. */
export const ACTION_COLUMNS: readonly string[] = [
  'id',
  'action',
  'state',
  'requestedDateTime',
  'expirationDateTime',
  'requestedBy',
  'reason',
];
