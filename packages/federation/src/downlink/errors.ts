import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const ATTACH_ERRORS = {
  joinTokenInvalid: {
    code: 'attach.join_token_invalid',
    kind: 'failure',
    status: 401,
    text: 'This join token is not one of this tenant: it was copied in part, or made elsewhere. Make a new one in the admin center under Tenant administration > Connectors and tokens.',
  },
  joinTokenExpired: {
    code: 'attach.join_token_expired',
    kind: 'failure',
    status: 401,
    text: 'This join token ended at {expiredAt}. Make a new one in the admin center under Tenant administration > Connectors and tokens.',
  },
  joinTokenOtherSite: {
    code: 'attach.join_token_other_site',
    kind: 'failure',
    status: 401,
    text: 'This join token is for the site {expected} only, and {siteName} came with it. Make one for {siteName} in the admin center under Tenant administration > Connectors and tokens.',
  },
  siteConnected: {
    code: 'attach.site_connected',
    kind: 'failure',
    status: 409,
    text: '{name} is connected to this tenant now, from {address}. Attaching here ends that connection and takes its place. Where that is what you want, because the site was moved or its attachment was lost, attach with --replace-connected; otherwise two servers have one identity: give this one its own.',
  },
  joinTokenUsed: {
    code: 'attach.join_token_used',
    kind: 'failure',
    status: 401,
    text: 'This join token has attached a site already, and is good for one only. Make a new one in the admin center under Tenant administration > Connectors and tokens.',
  },
  siteMalformed: {
    code: 'attach.site_malformed',
    kind: 'failure',
    text: 'The {field} that the site gave is not one: it must be {expected}. Update the site to the version of this tenant and attach again.',
  },
  protocolUnsupported: {
    code: 'attach.protocol_unsupported',
    kind: 'failure',
    text: 'The site speaks federation protocol {protocol}; this tenant speaks up to {newest}. Update the tenant first, then the site.',
  },
} as const;

/** What a tenant says no to when a site asks to join. */
export const attachErrors: { readonly [K in keyof typeof ATTACH_ERRORS]: ErrorFactory } =
  defineErrors(ATTACH_ERRORS);

const DOWNLINK_ERRORS = {
  certificateForeign: {
    code: 'uplink.certificate_foreign',
    kind: 'failure',
    status: 403,
    text: "The certificate that was shown is not a connector's, so it opens nothing here. Use the certificate that the site got when it was attached.",
  },
  connectorUnknown: {
    code: 'uplink.connector_unknown',
    kind: 'failure',
    status: 403,
    text: 'This tenant knows no connector {connectorId}: it was removed. Attach the site again with a new join token.',
  },
  connectorRevoked: {
    code: 'uplink.connector_revoked',
    kind: 'failure',
    status: 403,
    text: 'The connector of {name} was detached by an administrator of this tenant. Attach the site again with a new join token, if it should come back.',
  },
  siteCloned: {
    code: 'uplink.site_cloned',
    kind: 'failure',
    status: 409,
    text: 'A second server came with the identity of {name}: {holder} is connected, and {refused} was refused. Stop the copy; a site that moves is stopped in its old place first.',
  },
  certificateRevoked: {
    code: 'uplink.certificate_revoked',
    kind: 'failure',
    status: 403,
    text: 'This certificate of {name} was replaced by a later one and is no longer good. Where the later one is lost, attach the site again with a new join token.',
  },
  epochUnknown: {
    code: 'uplink.epoch_unknown',
    kind: 'failure',
    status: 409,
    text: 'This change log is not the one that the site named when it connected. The site connects again and names it.',
  },
  cursorMismatch: {
    code: 'uplink.cursor_mismatch',
    kind: 'failure',
    status: 409,
    text: 'The batch starts at {from}, and everything up to {cursor} is stored here. The site goes on from {cursor}.',
  },
  positionMalformed: {
    code: 'uplink.position_malformed',
    kind: 'failure',
    text: 'The header {header} must be a position of the change log, and `to` must lie behind `from`. Update the site to the version of this tenant.',
  },
  batchMalformed: {
    code: 'uplink.batch_malformed',
    kind: 'failure',
    text: 'Line {line} of the batch is not a record: {problem}. Nothing of the batch was stored. Update the site to the version of this tenant.',
  },
  digestFormatUnknown: {
    code: 'uplink.digest_format_unknown',
    kind: 'failure',
    text: 'This tenant does not digest devices in the format {format} that the site asked for. Update the older of the two servers.',
  },
  batchEncoding: {
    code: 'uplink.batch_encoding',
    kind: 'failure',
    text: 'The body of the batch is not UTF-8. Nothing of it was stored; the site sends it again.',
  },
  batchTooLarge: {
    code: 'uplink.batch_too_large',
    kind: 'failure',
    status: 413,
    text: 'The batch is larger than {limit} records. Nothing of it was stored; the site sends smaller batches.',
  },
  channelUnknown: {
    code: 'uplink.channel_unknown',
    kind: 'failure',
    status: 404,
    text: 'This channel has ended, or was opened with another certificate. The site opens another by itself.',
  },
  connectorNotFound: {
    code: 'connectors.not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no connector {connectorId} in this tenant. List the connectors to see those there are.',
  },
} as const;

/** What a tenant says no to when an attached site speaks. */
export const downlinkErrors: { readonly [K in keyof typeof DOWNLINK_ERRORS]: ErrorFactory } =
  defineErrors(DOWNLINK_ERRORS);

const RELAY_ERRORS = {
  notConnected: {
    code: 'relay.not_connected',
    kind: 'unavailable',
    text: '{name} is not connected, so it cannot be asked. Check that the site runs and reaches this tenant; it connects by itself.',
  },
  timeout: {
    code: 'relay.timeout',
    kind: 'unavailable',
    status: 504,
    text: '{name} is connected but did not answer within {seconds} s. Try again; if it stays so, look at the log of the site.',
  },
  busy: {
    code: 'relay.busy',
    kind: 'unavailable',
    text: 'Too many requests to {name} are under way. Try again in a moment.',
  },
  answerMalformed: {
    code: 'relay.answer_malformed',
    kind: 'unavailable',
    status: 502,
    text: '{name} answered with something that is not an answer to {method}. Update the site to the version of this tenant.',
  },
  actorNotUser: {
    code: 'relay.actor_not_user',
    kind: 'failure',
    status: 403,
    text: 'Only an administrator can act at a site; {name} is none. Sign in and do it in your own name.',
  },
} as const;

/** Why a relay request did not reach a site, or came back without a usable answer. */
export const relayErrors: { readonly [K in keyof typeof RELAY_ERRORS]: ErrorFactory } =
  defineErrors(RELAY_ERRORS);
