import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const accessErrors: Readonly<
  Record<
    | 'denied'
    | 'notSignedIn'
    | 'signInFailed'
    | 'linkInvalid'
    | 'passwordWrong'
    | 'passwordWeak'
    | 'tokenNotFound'
    | 'roleTooHigh'
    | 'administratorNotFound'
    | 'nameTaken'
    | 'lastAdministrator'
    | 'sessionRequired',
    ErrorFactory
  >
> = defineErrors({
  denied: {
    code: 'access.denied',
    kind: 'failure',
    status: 403,
    text: 'Your role, {role}, does not include the permission {permission}. Ask an administrator for a role that does.',
  },
  notSignedIn: {
    code: 'access.not_signed_in',
    kind: 'failure',
    status: 401,
    text: 'You are not signed in. Sign in to the console, or send an API token as a bearer token.',
  },
  signInFailed: {
    code: 'access.sign_in_failed',
    kind: 'failure',
    status: 401,
    text: 'The user name or the password is wrong. If you have no password yet, ask for a one-time sign-in link.',
  },
  linkInvalid: {
    code: 'access.link_invalid',
    kind: 'failure',
    status: 401,
    text: 'This sign-in link has been used or has expired. Make another one with “moorline sign-in-link”.',
  },
  passwordWrong: {
    code: 'access.password_wrong',
    kind: 'failure',
    status: 403,
    text: 'The current password is wrong. Type it again, or use a one-time sign-in link.',
  },
  passwordWeak: {
    code: 'access.password_weak',
    kind: 'failure',
    status: 400,
    text: 'This password is too easy to guess: {reason}. Use at least 12 characters that are not your user name.',
  },
  tokenNotFound: {
    code: 'access.token_not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no such API token of yours. List them with “moorline token list”.',
  },
  roleTooHigh: {
    code: 'access.role_too_high',
    kind: 'failure',
    status: 403,
    text: 'An API token cannot have the role {role}: it is higher than your own. Choose your own role or a lower one.',
  },
  administratorNotFound: {
    code: 'access.administrator_not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no such administrator. List them with “moorline administrators list”.',
  },
  nameTaken: {
    code: 'access.name_taken',
    kind: 'failure',
    status: 409,
    text: 'There is already an administrator named {userName}. Choose another name.',
  },
  lastAdministrator: {
    code: 'access.last_administrator',
    kind: 'failure',
    status: 409,
    text: 'This is the last enabled account with the role Administrator. Give the role to another account first.',
  },
  sessionRequired: {
    code: 'access.session_required',
    kind: 'failure',
    status: 403,
    text: 'This can only be done by a person who is signed in to the console, not with an API token. Sign in there and do it.',
  },
});
