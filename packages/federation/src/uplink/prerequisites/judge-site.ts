import { reachOf } from '@moorline/model';
import type { PrerequisiteId } from './catalogue.ts';
import type { Facts } from './facts.ts';
import { fail, type Judgement, notApplicable, pass, warn } from './judgement.ts';

/** What is judged at the site itself. */
export type SiteChecks = Extract<
  PrerequisiteId,
  | 'siteRight'
  | 'tenantRight'
  | 'connectionMode'
  | 'certificates'
  | 'database'
  | 'disk'
  | 'clients'
  | 'notAttached'
  | 'region'
  | 'terms'
  | 'linkedAdministrator'
>;

const LEAST_FREE = 0.1;
const WARN_BEFORE_END_MS = 7 * 24 * 3_600_000;

export const judgeSite: Readonly<Record<SiteChecks, (facts: Facts) => Judgement>> = {
  siteRight({ actor }) {
    if (actor.kind !== 'user') {
      return fail(`${actor.name} is no administrator, and only one can attach a site.`);
    }
    const may = reachOf(actor, 'connectors.manage') === null;
    const evidence = `${actor.name} has the role ${actor.role}, which ${may ? 'includes' : 'does not include'} connectors.manage on all devices.`;
    return may ? pass(evidence) : fail(evidence);
  },

  tenantRight({ token, attachment }) {
    if (token?.answer) {
      const { administrator, expiresAt } = token.answer;
      return pass(
        `${administrator} of the tenant made the join token, which only who may create connectors can; it is good until ${expiresAt}.`,
      );
    }
    if (token) return fail(token.problem ?? 'The tenant could not be asked about the join token.');
    return attachment
      ? notApplicable('Attached already: the right was proved when the join token was made.')
      : notApplicable('Not known without a join token.');
  },

  connectionMode: () => pass('Online: this site dials its tenant itself. There is no other mode.'),

  certificates({ certificates, now }) {
    const told = certificates
      .map(({ name, notAfter }) => `${name}: until ${day(notAfter)}`)
      .join('; ');
    const wrong = certificates.filter(
      ({ notBefore, notAfter }) => now < notBefore || now >= notAfter,
    );
    if (wrong.length > 0) {
      return fail(
        `Out of date by this machine’s clock: ${wrong.map(({ name, notBefore, notAfter }) => `${name} (${day(notBefore)} to ${day(notAfter)})`).join('; ')}.`,
      );
    }
    const soon = certificates.filter(({ notAfter }) => notAfter - now < WARN_BEFORE_END_MS);
    return soon.length > 0
      ? warn(`Ends within 7 days: ${soon.map(({ name }) => name).join(', ')}. ${told}.`)
      : pass(`${told}.`);
  },

  database: ({ databaseProblem }) =>
    databaseProblem === null
      ? pass('A row was written and taken back.')
      : fail(`It refused a write: ${databaseProblem}`),

  disk({ disk }) {
    if (!disk) return notApplicable('The disk of the data folder cannot be measured here.');
    const share = disk.freeBytes / disk.totalBytes;
    const evidence = `${(share * 100).toFixed(0)} % of the data folder’s disk is free (${gigabytes(disk.freeBytes)} of ${gigabytes(disk.totalBytes)} GB). A database elsewhere has a disk of its own.`;
    return share >= LEAST_FREE ? pass(evidence) : fail(evidence);
  },

  clients: ({ deviceCount }) =>
    deviceCount > 0
      ? pass(
          `${deviceCount} ${deviceCount === 1 ? 'device is' : 'devices are'} managed here; all are in scope.`,
        )
      : warn('No device is managed here yet.'),

  notAttached({ attachment, token, siteName }) {
    if (!attachment) {
      return pass(
        token?.answer?.isKnownSite
          ? `${siteName} is not attached; the tenant knows it from before, and attaching brings that connector back at once.`
          : `${siteName} is not attached.`,
      );
    }
    const since = `${siteName} is attached to ${attachment.tenant_name} (${attachment.tenant_url}) since ${attachment.attached_at.toISOString()}`;
    if (token && !token.isOfPresentTenant) {
      return fail(`${since}, and the join token is of another tenant.`);
    }
    return token
      ? pass(
          `${since}; attaching again with this token renews that at once: moorline attach TOKEN.`,
        )
      : notApplicable(`${since}. Attaching again to it with a new join token works at once.`);
  },

  region: () => notApplicable('Tenants have no regions: a tenant is where it was set up.'),

  terms: () => notApplicable('Tenants have no terms to accept.'),

  linkedAdministrator({ actor, attachment, links, token }) {
    const mine = links.find((link) => actor.kind === 'user' && link.local_user_id === actor.userId);
    if (mine) return pass(`${mine.tenant_user_name} of the tenant acts here as you.`);
    if (!attachment) {
      const maker = token?.answer?.administrator ?? 'The administrator who made the join token';
      return notApplicable(`${maker} is linked to your account when you attach.`);
    }
    return warn('No administrator of the tenant is linked to your account.');
  },
};

function day(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
