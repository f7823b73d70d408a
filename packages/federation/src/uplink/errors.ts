import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const SITE_ATTACH_ERRORS = {
  joinTokenMalformed: {
    code: 'attach.join_token_malformed',
    kind: 'failure',
    text: 'This is not a join token: one begins with "mlj1." and is a single word. Copy it whole from the admin center of the tenant, Tenant administration > Connectors and tokens.',
  },
  alreadyAttached: {
    code: 'attach.already_attached',
    kind: 'failure',
    status: 409,
    text: 'This site is attached to {tenantName} ({tenantUrl}) already, and the join token is of another tenant. A site has one tenant: use a join token of {tenantName}.',
  },
  tenantUnreachable: {
    code: 'attach.tenant_unreachable',
    kind: 'unavailable',
    text: 'The tenant at {url} does not answer: {reason}. Check the address in the join token, name resolution and the firewall between the two (outgoing TCP to that port), then attach again.',
  },
  tenantAnswerMalformed: {
    code: 'attach.tenant_answer_malformed',
    kind: 'unavailable',
    status: 502,
    text: 'The server at {url} answered with something that no tenant says. Check that the address in the join token is the gateway of a tenant, not a proxy.',
  },
  notAttached: {
    code: 'attach.not_attached',
    kind: 'failure',
    status: 409,
    text: 'This site is not attached to a tenant. Attach it with a join token first.',
  },
  localUserUnknown: {
    code: 'links.local_user_unknown',
    kind: 'failure',
    text: 'There is no enabled administrator {userId} at this site. List the administrators to see those there are.',
  },
  linkExceedsOwn: {
    code: 'links.exceeds_own',
    kind: 'failure',
    status: 403,
    text: 'Nobody can lend out more than they hold, and {name} holds what you do not hold on all devices: {permissions}. Ask somebody who does.',
  },
  tenantUserMalformed: {
    code: 'links.tenant_user_malformed',
    kind: 'failure',
    text: 'The id of a tenant administrator is a UUID in lower case, and the name printable text. The refusal that the tenant administrator got shows the id.',
  },
  linkNotFound: {
    code: 'links.not_found',
    kind: 'failure',
    status: 404,
    text: 'No tenant administrator {tenantUserId} is linked at this site. List the linked administrators to see those that are.',
  },
} as const;

/** What can go wrong when a site is attached, seen from the site. */
export const siteAttachErrors: { readonly [K in keyof typeof SITE_ATTACH_ERRORS]: ErrorFactory } =
  defineErrors(SITE_ATTACH_ERRORS);

const CEILING_ERRORS = {
  changedMeanwhile: {
    code: 'ceiling.changed_meanwhile',
    kind: 'failure',
    status: 412,
    text: 'Somebody else has changed what the tenant may do here since you read it. Read it again, and repeat your change if it still makes sense.',
  },
  permissionUnknown: {
    code: 'ceiling.permission_unknown',
    kind: 'failure',
    text: 'No request of a tenant needs a permission {permission}. There are: {known}.',
  },
  exceedsOwn: {
    code: 'ceiling.exceeds_own',
    kind: 'failure',
    status: 403,
    text: 'Nobody can let the tenant do what they may not do themselves, and you do not hold on all devices: {permissions}. Ask somebody who does.',
  },
} as const;

/** Why what the tenant may do alone is not changed. */
export const ceilingErrors: { readonly [K in keyof typeof CEILING_ERRORS]: ErrorFactory } =
  defineErrors(CEILING_ERRORS);

const RELAY_REFUSALS = {
  signatureInvalid: {
    code: 'relay.signature_invalid',
    kind: 'failure',
    status: 403,
    text: 'The request was not signed with the key of the tenant that this site is attached to, so it was not carried out. If the tenant was set up anew, attach the site again.',
  },
  claimsInvalid: {
    code: 'relay.claims_invalid',
    kind: 'failure',
    text: 'The request is signed, but does not say what a relay request must say ({problem}). Update the older of the two servers.',
  },
  issuerWrong: {
    code: 'relay.issuer_wrong',
    kind: 'failure',
    status: 403,
    text: 'The request names another tenant than the one that {siteName} is attached to, so it was not carried out. Ask from the right tenant.',
  },
  audienceWrong: {
    code: 'relay.audience_wrong',
    kind: 'failure',
    status: 403,
    text: 'The request was made for another site than {siteName}, so it was not carried out. Ask again.',
  },
  expired: {
    code: 'relay.expired',
    kind: 'failure',
    status: 403,
    text: 'The request was too old when it reached {siteName}, so it was not carried out. Ask again; if it stays so, the clocks of tenant and site differ: set both by NTP.',
  },
  notYetValid: {
    code: 'relay.not_yet_valid',
    kind: 'failure',
    status: 403,
    text: 'The request is dated in the future by the clock of {siteName}, so it was not carried out. The clocks of tenant and site differ: set both by NTP.',
  },
  lifeTooLong: {
    code: 'relay.life_too_long',
    kind: 'failure',
    status: 403,
    text: 'The request would be good for longer than the {seconds} s that a relay request may live, so it was not carried out. Update the older of the two servers.',
  },
  replayed: {
    code: 'relay.replayed',
    kind: 'failure',
    status: 409,
    text: 'This very request was received before, so it was not carried out again. Ask anew to repeat it.',
  },
  methodUnknown: {
    code: 'relay.method_unknown',
    kind: 'failure',
    status: 404,
    text: '{siteName} does not offer "{method}" to its tenant. Update the site, if the tenant is newer.',
  },
  paramsInvalid: {
    code: 'relay.params_invalid',
    kind: 'failure',
    text: 'The request "{method}" has wrong parameters: {problem}. Update the older of the two servers.',
  },
  kindUnknown: {
    code: 'relay.action_unknown',
    kind: 'failure',
    text: '{siteName} knows no action "{kind}". Update the site, if the tenant is newer.',
  },
  deviceNotUploaded: {
    code: 'relay.device_not_uploaded',
    kind: 'failure',
    status: 403,
    text: '{siteName} does not upload this device, so nothing about it can be asked for or done from its tenant. An administrator of {siteName} decides that under Cloud attach > Configure upload.',
  },
  userNotLinked: {
    code: 'relay.user_not_linked',
    kind: 'failure',
    status: 403,
    text: '{name} of {tenantName} is not linked to an administrator of {siteName}, whose own rights decide what may be done there. An administrator of {siteName} links the id {tenantUserId} in its console under Administrators > Linked administrators.',
  },
  personMissing: {
    code: 'relay.person_missing',
    kind: 'failure',
    status: 403,
    text: 'Only an administrator may ask for {method}; {tenantName} asked in nobody’s name. Sign in at the tenant and ask again.',
  },
  queueStuck: {
    code: 'relay.queue_stuck',
    kind: 'unavailable',
    text: 'The queue of {siteName} takes changes and does not give them out: a transaction of its database has been open for long, or the database is overloaded. Look at the log of {siteName} and at its database.',
  },
  localAccountUnavailable: {
    code: 'relay.local_account_unavailable',
    kind: 'failure',
    status: 403,
    text: '{name} of {tenantName} is linked to {localUserName} of {siteName}, whose account is disabled or gone. An administrator of {siteName} links another account under Administrators > Linked administrators.',
  },
  deniedBySite: {
    code: 'relay.denied_by_site',
    kind: 'failure',
    status: 403,
    text: '{siteName} refused it: there {name} of {tenantName} acts as {localUserName}, whose role, {role}, does not include the permission {permission} for this. An administrator of {siteName} gives a role that does.',
  },
  deniedByCeiling: {
    code: 'relay.denied_by_ceiling',
    kind: 'failure',
    status: 403,
    text: '{siteName} refused it: it lets {tenantName} decide alone, but not about the permission {permission}. An administrator of {siteName} can allow it under Cloud attach > Properties.',
  },
  busy: {
    code: 'relay.site_busy',
    kind: 'unavailable',
    text: 'Too many requests to {siteName} are under way. Try again in a moment.',
  },
  resultTooLarge: {
    code: 'relay.result_too_large',
    kind: 'failure',
    status: 413,
    text: 'The answer is larger than what fits through the uplink. Ask for fewer rows at a time.',
  },
} as const;

/** Why a relay request is refused at the site. Each is audited, and changes nothing. */
export const relayRefusals: { readonly [K in keyof typeof RELAY_REFUSALS]: ErrorFactory } =
  defineErrors(RELAY_REFUSALS);

const UPLOAD_ERRORS = {
  changedMeanwhile: {
    code: 'upload.changed_meanwhile',
    kind: 'failure',
    status: 412,
    text: 'The upload settings have changed since they were read. Read them again, and repeat the change with the new ETag.',
  },
  scopeEmpty: {
    code: 'upload.scope_empty',
    kind: 'failure',
    text: 'The scope "collections" names no collection, so nothing would be uploaded. Name at least one, or pause the upload.',
  },
  notConnected: {
    code: 'upload.not_connected',
    kind: 'unavailable',
    text: 'This site is not connected to its tenant, so the two cannot be compared: {reason}',
  },
  notCompared: {
    code: 'upload.not_compared',
    kind: 'unavailable',
    text: 'Site and tenant could not be compared now: {reason} It is tried again by itself within a minute.',
  },
} as const;

/** What can go wrong with the upload, as its administrators see it. */
export const uploadErrors: { readonly [K in keyof typeof UPLOAD_ERRORS]: ErrorFactory } =
  defineErrors(UPLOAD_ERRORS);
