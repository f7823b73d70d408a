import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const TABLE = {
  notADevice: {
    code: 'agent.not_a_device',
    kind: 'failure',
    status: 403,
    text: 'The client certificate is not one of a device ({uri}), so it has no agent here. Enrol this machine as a device.',
  },
  documentForm: {
    code: 'agent.document_form',
    kind: 'failure',
    text: 'The document of {className} is neither whole nor a delta: it must have either `rows`, or `baseHash`, `put` and `drop`. Send it again in one of the two forms.',
  },
  documentTwice: {
    code: 'agent.document_twice',
    kind: 'failure',
    text: 'The request holds more than one document of {className}. Send the latest alone.',
  },
  documentsUnderWay: {
    code: 'agent.documents_under_way',
    kind: 'failure',
    status: 429,
    text: 'An earlier request of this device with documents is still being stored. Wait for its answer, then send again.',
  },
  timeInvalid: {
    code: 'agent.time_invalid',
    kind: 'failure',
    text: '{field} is not a time such as 2026-01-31T12:00:00Z, or not one between the years 2000 and 2200. Check the clock of the device.',
  },
  idInvalid: {
    code: 'agent.id_invalid',
    kind: 'failure',
    text: '{field} is not a lower-case UUID. Report the id exactly as it was given.',
  },
  resync: {
    code: 'inventory.resync',
    kind: 'failure',
    status: 409,
    text: 'The base of {count} of the documents is not what is stored here; the others were stored. Send the classes named in `resync` whole.',
  },
} as const;

/** What the agent gateway itself refuses; errors of the DevicePort go through it as they are. */
export const agentErrors: { readonly [K in keyof typeof TABLE]: ErrorFactory } =
  defineErrors(TABLE);
