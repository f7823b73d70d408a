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
    | 'sessionRequired'
    | 'deniedEverywhere'
    | 'outOfReach'
    | 'exceedsOwn'
    | 'roleNotFound'
    | 'roleBuiltIn'
    | 'roleNameTaken'
    | 'roleAssigned'
    | 'permissionUnknown'
    | 'assignmentNotFound'
    | 'assignmentEmpty'
    | 'collectionUnknown'
    | 'scopeTagNotFound'
    | 'scopeTagUsed'
    | 'scopeTagNameTaken'
    | 'changedMeanwhile'
    | 'tooMany',
    ErrorFactory
  >
> = defineErrors({
  denied: {
    code: 'access.denied',
    kind: 'failure',
    status: 403,
    text: 'Refused here, where you are signed in: your role, {role}, does not include the permission {permission}. Ask an administrator for a role that does.',
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
  deniedEverywhere: {
    code: 'access.denied',
    kind: 'failure',
    status: 403,
    text: 'This is about all devices, and your role, {role}, includes the permission {permission} for some of them only. Ask an administrator for an assignment to all devices.',
  },
  outOfReach: {
    code: 'access.denied',
    kind: 'failure',
    status: 403,
    text: 'Your role, {role}, includes the permission {permission}, but not for this device. Ask an administrator for an assignment that reaches it.',
  },
  exceedsOwn: {
    code: 'access.exceeds_own',
    kind: 'failure',
    status: 403,
    text: 'Nobody can give, change or take over what they do not hold themselves, and {name} does not hold on all devices: {permissions}. Ask somebody who does.',
  },
  roleNotFound: {
    code: 'access.role_not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no such role. List them with “moorline roles list”.',
  },
  roleBuiltIn: {
    code: 'access.role_built_in',
    kind: 'failure',
    status: 409,
    text: 'The role {name} is built in and stays as it is. Copy it and change the copy.',
  },
  roleNameTaken: {
    code: 'access.role_name_taken',
    kind: 'failure',
    status: 409,
    text: 'There is already a role named {name}. Choose another name.',
  },
  roleAssigned: {
    code: 'access.role_assigned',
    kind: 'failure',
    status: 409,
    text: 'The role {name} is still assigned: {by}. Delete these assignments first.',
  },
  permissionUnknown: {
    code: 'access.permission_unknown',
    kind: 'failure',
    text: 'There is no permission {permission}. {hint}',
  },
  assignmentNotFound: {
    code: 'access.assignment_not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no such role assignment. List them with “moorline roles assignments”.',
  },
  assignmentEmpty: {
    code: 'access.assignment_empty',
    kind: 'failure',
    text: 'An assignment to some devices names scope tags or collections, and one to all devices names neither. Name some, or choose all devices.',
  },
  collectionUnknown: {
    code: 'access.collection_unknown',
    kind: 'failure',
    text: 'There is no collection {id} that an assignment can be limited to; those that are built in are not: choose all devices instead. List the collections with “moorline collections list”.',
  },
  scopeTagNotFound: {
    code: 'access.scope_tag_not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no such scope tag. List them with “moorline scope-tags list”.',
  },
  scopeTagUsed: {
    code: 'access.scope_tag_used',
    kind: 'failure',
    status: 409,
    text: 'The scope tag {name} still limits assignments: {by}. Take it out of them first.',
  },
  scopeTagNameTaken: {
    code: 'access.scope_tag_name_taken',
    kind: 'failure',
    status: 409,
    text: 'There is already a scope tag named {name}. Choose another name.',
  },
  changedMeanwhile: {
    code: 'access.changed_meanwhile',
    kind: 'failure',
    status: 412,
    text: 'Somebody else has changed it since you read it. Read it again, and repeat your change if it still makes sense.',
  },
  tooMany: {
    code: 'access.too_many',
    kind: 'failure',
    status: 409,
    text: 'There are {limit} of them already, and no more fit. Delete some that nobody needs.',
  },
});
