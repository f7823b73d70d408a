interface Texts {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

const CATALOGUE = {
  siteRight: {
    title: 'Your right at this site',
    why: 'Attaching hands data of all devices to the tenant and lets its administrators act here. Only who may manage everything at the site may decide that.',
    fix: 'Ask an administrator of this site to attach it, or to give you the role Administrator: moorline administrators set-role.',
  },
  tenantRight: {
    title: 'The right at the tenant',
    why: 'A join token is made by an administrator of the tenant who may manage connectors; it is all that the site needs of that right, and it ends by itself.',
    fix: 'Make a new join token at the tenant (moorline connectors join-token --context tenant) and check with it: moorline attach check --join-token TOKEN.',
  },
  protocolVersion: {
    title: 'Version of the federation protocol',
    why: 'Site and tenant must speak one protocol. A tenant publishes the range that it supports.',
    fix: 'Update the tenant first, then the site.',
  },
  connectionMode: {
    title: 'Connection mode',
    why: 'A site that is attached keeps a connection to its tenant open; one without internet access cannot be attached.',
    fix: 'Start the site in its usual mode: it is online.',
  },
  clock: {
    title: 'Clocks of site and tenant',
    why: 'Requests from the tenant are good for 60 s, and certificates by date. With clocks that differ by more than 30 s the site refuses what the tenant asks; attaching needs them within 60 s.',
    fix: 'Set the clocks of both by NTP, and check that the time zone is no part of the difference: both count in UTC.',
  },
  nameResolution: {
    title: 'Name resolution',
    why: 'The site finds the tenant by the name in the join token.',
    fix: 'Check the name servers of this machine (getent hosts NAME) and the record of the tenant in them.',
  },
  tcp: {
    title: 'TCP to every endpoint',
    why: 'The site dials out to the tenant; nothing dials in.',
    fix: 'Allow outgoing TCP to these hosts and ports: moorline attach endpoints -o firewall prints the rules.',
  },
  proxy: {
    title: 'Proxy',
    why: 'Where a proxy is the only way out, it must let tunnels (CONNECT) to the tenant through, with the credentials that this site has.',
    fix: 'Set it with --proxy or HTTPS_PROXY, its credentials with --proxy-credentials FILE, what is reached past it with NO_PROXY; allow CONNECT to the tenant in the proxy.',
  },
  tls: {
    title: 'TLS 1.3 to every endpoint',
    why: 'Everything between site and tenant goes over TLS 1.3, from end to end.',
    fix: 'Let TLS 1.3 to these hosts and ports through unopened.',
  },
  tlsInterception: {
    title: 'No TLS interception',
    why: 'The site trusts one root only, pinned by the join token. What opens TLS on the way could read and change everything.',
    fix: 'Exempt the tenant’s host and port from TLS inspection.',
  },
  webSocket: {
    title: 'WebSocket to the uplink',
    why: 'Over it the tenant asks for actions and live data at once. Without it the site goes by long polling, with more requests and a little later.',
    fix: 'Let WebSockets (RFC 6455) to these hosts and ports pass.',
  },
  idleConnection: {
    title: 'An idle connection lives for 3 minutes',
    why: 'The uplink rests when there is nothing to say. Where silent connections are cut, the site gives signs of life more often.',
    fix: 'Raise the idle time-out for the tenant’s host and port to 3 minutes in firewalls and proxies.',
  },
  certificates: {
    title: 'Certificates are in date',
    why: 'Site and tenant prove themselves by certificates. They renew themselves at two thirds of their life; one that ended needs a new join token.',
    fix: 'Check the clock, and the log of the site for why the renewal failed; then attach again with a new join token.',
  },
  database: {
    title: 'The database takes writes',
    why: 'The attachment, the change log and every relay request that was seen are stored before anything is answered.',
    fix: 'Check that the database of this site runs, is not read-only and that its role may write: moorline site run prints why when it cannot.',
  },
  disk: {
    title: 'At least 10 % of the disk is free',
    why: 'A full disk stops the database. While the tenant is away, what changes is kept here.',
    fix: 'Free space on the disk of the data folder, or make it larger.',
  },
  clients: {
    title: 'At least one client',
    why: 'Without a device there is nothing to upload; the attachment itself works.',
    fix: 'Enrol a device: moorline enrolment-tokens create, then start the agent with the token.',
  },
  notAttached: {
    title: 'Not attached to another tenant',
    why: 'A site has one tenant. Attaching again to the same one needs no wait: it keeps the connector and replaces its certificate at once.',
    fix: 'Use a join token of the tenant that this site is attached to.',
  },
  region: {
    title: 'Region of the tenant',
    why: 'Some tenants keep data in one region.',
    fix: 'Nothing is to be done.',
  },
  terms: {
    title: 'Terms of the tenant',
    why: 'Some tenants want their terms accepted first.',
    fix: 'Nothing is to be done.',
  },
  linkedAdministrator: {
    title: 'You are linked to an administrator of the tenant',
    why: 'What an administrator of the tenant asks for is done here as the local account that is linked to them, with that account’s rights.',
    fix: 'Link your account under Administrators > Linked administrators.',
  },
} as const;

export type PrerequisiteId = keyof typeof CATALOGUE;

/** What attaching a site needs, in the order in which a person would look. */
export const PREREQUISITES: Readonly<Record<PrerequisiteId, Texts>> = CATALOGUE;

/** Ids in the order of the catalogue, which is typed by them. */
export const PREREQUISITE_IDS: readonly PrerequisiteId[] = Object.keys(
  PREREQUISITES,
) as PrerequisiteId[];
