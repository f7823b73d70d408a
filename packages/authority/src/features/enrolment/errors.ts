import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const enrolmentErrors: Readonly<
  Record<
    | 'tokenInvalid'
    | 'tokenExpired'
    | 'tokenQuotaUsed'
    | 'tokenRevoked'
    | 'tokenNotFound'
    | 'certificateRevoked'
    | 'certificateExpired'
    | 'deviceUnknown'
    | 'deviceBlocked'
    | 'tooManyCertificates',
    ErrorFactory
  >
> = defineErrors({
  tokenInvalid: {
    code: 'enrolment.token_invalid',
    kind: 'failure',
    status: 403,
    text: 'This enrolment token is not one of this server. Check that it was copied whole, or make a new one under Enrolment tokens.',
  },
  tokenExpired: {
    code: 'enrolment.token_expired',
    kind: 'failure',
    status: 403,
    text: 'This enrolment token expired at {expiredAt}. Make a new one under Enrolment tokens.',
  },
  tokenQuotaUsed: {
    code: 'enrolment.token_quota_used',
    kind: 'failure',
    status: 403,
    text: 'This enrolment token has enrolled all {quota} devices that it was made for. Make a new one under Enrolment tokens.',
  },
  tokenRevoked: {
    code: 'enrolment.token_revoked',
    kind: 'failure',
    status: 403,
    text: 'This enrolment token was revoked by an administrator. Ask for a new one.',
  },
  tokenNotFound: {
    code: 'enrolment.token_not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no enrolment token {id}. Look it up in the list of enrolment tokens.',
  },
  certificateRevoked: {
    code: 'enrolment.certificate_revoked',
    kind: 'failure',
    status: 403,
    text: 'This device’s certificate was revoked: the device was removed from {authority}. Enrol it again with a new token if it is to be managed.',
  },
  certificateExpired: {
    code: 'enrolment.certificate_expired',
    kind: 'failure',
    status: 403,
    text: 'This device’s certificate ended at {expiredAt} without having been renewed. Enrol the device again with a new token.',
  },
  deviceUnknown: {
    code: 'enrolment.device_unknown',
    kind: 'failure',
    status: 403,
    text: '{authority} does not know this device. Enrol it with a token.',
  },
  deviceBlocked: {
    code: 'enrolment.device_blocked',
    kind: 'failure',
    status: 403,
    text: 'An administrator of {authority} has blocked this device. Ask them to unblock it.',
  },
  tooManyCertificates: {
    code: 'enrolment.too_many_certificates',
    kind: 'failure',
    status: 429,
    text: 'This device has been given {count} certificates within a day. Wait a day, and look why it asks for so many.',
  },
});
