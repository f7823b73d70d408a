import { defineErrors, type ErrorFactory } from '@moorline/kernel';

type Name =
  | 'invitationMalformed'
  | 'notEnrolled'
  | 'enrolmentRefused'
  | 'folderOfAnother'
  | 'profileInvalid'
  | 'profileUnreadable'
  | 'unreachable'
  | 'answerMalformed'
  | 'refused'
  | 'processEnded';

/** What the simulator itself refuses or reports. */
export const simulatorErrors: Readonly<Record<Name, ErrorFactory>> = defineErrors({
  invitationMalformed: {
    code: 'simulator.invitation_malformed',
    kind: 'failure',
    text: 'This is no enrolment token: it begins with mle1. and must be copied whole. Make one with `moorline enrolment-tokens create --quota N`.',
  },
  notEnrolled: {
    code: 'simulator.not_enrolled',
    kind: 'failure',
    text: 'Device {index} has not enrolled, so it cannot do anything yet. Enrol the fleet first.',
  },
  enrolmentRefused: {
    code: 'simulator.enrolment_refused',
    kind: 'failure',
    text: 'The enrolment of {name} was refused: {reason} {enrolled} of {devices} devices are enrolled. Make a new token whose quota covers the rest, and run it again.',
  },
  folderOfAnother: {
    code: 'simulator.folder_of_another',
    kind: 'failure',
    text: 'The folder {folder} holds simulated devices of another {what} ({kept}, not {wanted}). Choose another folder with --data, or remove this one.',
  },
  profileInvalid: {
    code: 'simulator.profile_invalid',
    kind: 'failure',
    text: 'The profile {source} is not valid at {path}: {problem} docs/simulator.md describes every member.',
  },
  profileUnreadable: {
    code: 'simulator.profile_unreadable',
    kind: 'failure',
    text: 'The profile {source} cannot be read ({reason}). Check the path, and that the file is JSON.',
  },
  unreachable: {
    code: 'simulator.unreachable',
    kind: 'unavailable',
    text: '{host} did not answer ({reason}). Check that it runs and that this machine can reach it.',
  },
  answerMalformed: {
    code: 'simulator.answer_malformed',
    kind: 'unavailable',
    text: 'The answer to {path} is not one of the agent protocol. Check that the address is that of a gateway of this version.',
  },
  refused: {
    code: 'simulator.refused',
    kind: 'failure',
    text: 'The gateway answered {path} with {status} {code}: {reason}',
  },
  processEnded: {
    code: 'simulator.process_ended',
    kind: 'unavailable',
    text: 'The simulator process ended ({reason}). Its devices are offline; start it again on the same folder to go on.',
  },
});
