import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const TABLE = {
  folderInUse: {
    code: 'agent.folder_in_use',
    kind: 'failure',
    text: 'Another agent is running with the folder {folder}. Stop it first, or give this one a folder of its own with --data.',
  },
  identityDamaged: {
    code: 'agent.identity_damaged',
    kind: 'failure',
    text: 'The identity of this device in {path} cannot be read. Remove the file and enrol the device again with a new token.',
  },
  notEnrolled: {
    code: 'agent.not_enrolled',
    kind: 'failure',
    text: 'This device is not enrolled. Start the agent once with --enrol and an enrolment token from the console.',
  },
  notRunning: {
    code: 'agent.not_running',
    kind: 'failure',
    text: 'No agent answers in the folder {folder}. Start it with: moorline agent run --data {folder}',
  },
  alreadyEnrolled: {
    code: 'agent.already_enrolled',
    kind: 'failure',
    text: 'This device is enrolled at {authorityName} already. To enrol it elsewhere, start the agent with an empty folder.',
  },
  tokenMalformed: {
    code: 'agent.token_malformed',
    kind: 'failure',
    text: 'That is not an enrolment token: one begins with "{prefix}". Copy it again, whole, from the console.',
  },
  answerMalformed: {
    code: 'agent.answer_malformed',
    kind: 'unavailable',
    text: '{url} answered {method} {path} with something that is not of the agent protocol. Check that the address is the gateway of a Moorline server, with no proxy that rewrites answers between.',
  },
  unreachable: {
    code: 'agent.unreachable',
    kind: 'unavailable',
    text: 'Cannot reach {url} ({reason}). Check the network and that the server is running; the agent goes on trying.',
  },
  serverUntrusted: {
    code: 'agent.server_untrusted',
    kind: 'unavailable',
    text: 'The server at {url} did not prove who it is ({reason}). It is not the one that this device enrolled at, something intercepts the connection, or a clock is wrong; nothing was sent.',
  },
  certificateRejected: {
    code: 'agent.certificate_rejected',
    kind: 'unavailable',
    text: "{url} does not accept this device's certificate ({reason}). It may have expired, or a clock is wrong; enrol the device again if this lasts.",
  },
  refused: {
    code: 'agent.refused',
    kind: 'failure',
    text: '{text}',
  },
  rejected: {
    code: 'agent.rejected',
    kind: 'failure',
    text: '{text}',
  },
  noRestartPending: {
    code: 'agent.no_restart_pending',
    kind: 'failure',
    text: 'No restart of this computer is counting down, so there is nothing to postpone.',
  },
  restartNotPostponable: {
    code: 'agent.restart_not_postponable',
    kind: 'failure',
    text: 'The restart at {at} can be postponed until {until} at the latest. Ask for fewer minutes, or save your work.',
  },
  busy: {
    code: 'agent.server_busy',
    kind: 'unavailable',
    text: '{url} cannot answer now ({text}). The agent goes on trying.',
  },
} as const;

/** What can go wrong in the agent, in words for the person at the device. */
export const agentErrors: { readonly [Name in keyof typeof TABLE]: ErrorFactory } =
  defineErrors(TABLE);
