import {
  type AttachAnswer,
  type AttachBody,
  type CheckJoinTokenAnswer,
  type CheckJoinTokenBody,
  connectorUri,
  FEDERATION_PROTOCOL,
  FIRST_POSITION,
  type RenewConnectorAnswer,
} from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import { createTokenBuckets, httpErrors } from '@moorline/http';
import {
  type AuthorityId,
  type Clock,
  type ConnectorId,
  type Entropy,
  isUuid,
  rfc3339,
  uuidv7,
} from '@moorline/kernel';
import type { IssuedCertificate, Issuer } from '@moorline/pki';
import type { RecordAudit } from '../ports.ts';
import { isPrintable } from '../text-safety.ts';
import type { ConnectorEvents } from './connector-events.ts';
import type { ConnectorStore } from './connector-store.ts';
import { attachErrors, downlinkErrors } from './errors.ts';
import type { JoinTokens } from './join-tokens.ts';
import type { Leaving } from './leaving.ts';
import type { ConnectorRow } from './tables.ts';

/** Life of a connector certificate; it renews itself at two thirds. */
export const CONNECTOR_CERTIFICATE_MS: number = 30 * 24 * 3_600_000;

export interface ConnectorIdentities {
  /**
   * Makes the site a connector of this authority. A site that is one already keeps its id and its cursor and
   * gets a new certificate; the old one ends at once. The same request may be repeated.
   * @throws `attach.*`, `pki.csr_*`
   */
  attach(body: AttachBody): Promise<AttachAnswer>;
  /** What the token would do for the site, which neither spends it nor changes anything. @throws `attach.join_token_*` */
  check(body: CheckJoinTokenBody): Promise<CheckJoinTokenAnswer>;
  /**
   * The next certificate for a connector that proved the present one, which stays good until the next is first
   * shown: an answer that gets lost costs nothing. @throws `pki.csr_*`, `request.too_many_requests`
   */
  renew(connectorId: ConnectorId, csr: string): Promise<RenewConnectorAnswer>;
}

/** Renewals of a connector: so many at once, then one in an hour. A sound one renews every 20 days. */
const RENEWALS = { capacity: 10, refillPerSecond: 1 / 3600, maxKeys: 10_000 } as const;

export function createConnectorIdentities(deps: {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly joinTokens: JoinTokens;
  readonly issuer: Issuer;
  readonly relayPublicKey: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly audit: RecordAudit;
  readonly events: ConnectorEvents;
  readonly leaving: Pick<Leaving, 'removeAll'>;
  /** Address of the server that is connected as this connector now; null: none. */
  readonly connectedFrom: (connectorId: ConnectorId) => string | null;
  /** After the commit: the connector's certificate and name are new. */
  readonly onAttached: (connectorId: ConnectorId, name: string) => void;
}): ConnectorIdentities {
  const { profile, database, connectors, joinTokens, issuer, clock } = deps;
  const renewals = createTokenBuckets(clock, RENEWALS);

  const issue = (connectorId: string, csr: string): Promise<IssuedCertificate> =>
    issuer.issueFromCsr(csr, {
      kind: 'client',
      uri: connectorUri(connectorId),
      commonName: `connector ${connectorId}`,
      lifeMs: CONNECTOR_CERTIFICATE_MS,
    });

  return {
    async attach(body) {
      checkSite(body);
      const { certificate, connectorId, token } = await database.transaction(
        profile.authorityId,
        async (tx) => {
          const token = await joinTokens.verify(tx, body);
          const known = await connectors.findBySite(tx, body.siteId);
          // An id of the table's own column, which only this function fills.
          const connectorId = (known?.id ?? uuidv7(clock, deps.entropy)) as ConnectorId;
          const connectedFrom = known ? deps.connectedFrom(connectorId) : null;
          if (known && connectedFrom !== null && !body.replaceConnected) {
            throw attachErrors.siteConnected({ name: known.display_name, address: connectedFrom });
          }
          const certificate = await issue(connectorId, body.csr);
          const facts = {
            display_name: body.siteName,
            site_version: body.siteVersion,
            protocol: body.protocol,
            attached_at: new Date(clock.now()),
            attached_by: token.created_by_name,
            certificate_serial: certificate.serial,
            certificate_ends_at: new Date(certificate.notAfter),
            next_serial: null,
            next_ends_at: null,
            revoked_at: null,
            detached_by: null,
            ...epochAndCursor(known, body.epoch),
          };
          if (known) {
            if (known.revoked_at) await deps.leaving.removeAll(tx, connectorId);
            await connectors.update(tx, connectorId, facts);
          } else {
            await connectors.insert(tx, {
              ...facts,
              id: connectorId,
              site_id: body.siteId,
              permissions: 'siteAndTenant',
              upload_categories: null,
              last_sync_at: null,
              connected_at: null,
              disconnected_at: null,
            });
          }
          await connectors.noteHealth(tx, connectorId, { last_probe_at: null, last_status: null });
          await joinTokens.spend(tx, body);
          await deps.events.note(tx, connectorId, {
            kind: 'attached',
            severity: 'info',
            message: `Attached ${known ? 'again ' : ''}with a join token of ${token.created_by_name}.`,
          });
          await deps.audit(tx, {
            activity: 'connectors.attach',
            actor: token.created_by_name,
            target: connectorId,
            result: 'success',
            details: {
              siteId: body.siteId,
              siteName: body.siteName,
              joinTokenId: token.id,
              certificateSerial: certificate.serial,
              replacedSerial: known?.certificate_serial ?? null,
            },
            at: clock.now(),
          });
          return { certificate, connectorId, token };
        },
      );
      deps.onAttached(connectorId, body.siteName);
      return {
        connectorId,
        certificate: certificate.pem,
        caCertificate: issuer.caCertificate,
        renewAfter: rfc3339(certificate.renewAfter),
        tenantId: profile.authorityId,
        tenantName: profile.name,
        relayKey: { ...deps.relayPublicKey },
        administrator: { userId: token.created_by_id, name: token.created_by_name },
      };
    },

    check: (body) =>
      database.transaction(profile.authorityId, async (tx) => {
        const token = await joinTokens.verify(tx, { ...body, csr: '' });
        const known = isUuid(body.siteId)
          ? await connectors.findBySite(tx, body.siteId)
          : undefined;
        return {
          administrator: token.created_by_name,
          expiresAt: token.expires_at.toISOString(),
          isKnownSite: known !== undefined,
          isConnected: known !== undefined && deps.connectedFrom(known.id as ConnectorId) !== null,
          tenantName: profile.name,
        };
      }),

    async renew(connectorId, csr) {
      const waitMs = renewals.take(connectorId);
      if (waitMs > 0) {
        throw httpErrors.tooManyRequests({ retryAfterSeconds: Math.ceil(waitMs / 1000) });
      }
      const certificate = await issue(connectorId, csr);
      await database.transaction(profile.authorityId, async (tx) => {
        const row = await connectors.find(tx, connectorId, { lock: true });
        if (!row) throw downlinkErrors.connectorUnknown({ connectorId });
        await connectors.update(tx, connectorId, {
          next_serial: certificate.serial,
          next_ends_at: new Date(certificate.notAfter),
        });
        await deps.events.note(tx, connectorId, {
          kind: 'certificateRenewed',
          severity: 'info',
          message: `A certificate that is good until ${rfc3339(certificate.notAfter)} was issued.`,
        });
        await deps.audit(tx, {
          activity: 'connectors.renewCertificate',
          actor: row.display_name,
          target: connectorId,
          result: 'success',
          details: { certificateSerial: certificate.serial },
          at: clock.now(),
        });
      });
      return {
        certificate: certificate.pem,
        caCertificate: issuer.caCertificate,
        renewAfter: rfc3339(certificate.renewAfter),
      };
    },
  };
}

function epochAndCursor(
  known: ConnectorRow | undefined,
  epoch: string,
): { epoch: string; cursor: string } {
  return known?.epoch === epoch
    ? { epoch, cursor: known.cursor }
    : { epoch, cursor: FIRST_POSITION };
}

function checkSite(body: AttachBody): void {
  if (body.protocol > FEDERATION_PROTOCOL) {
    throw attachErrors.protocolUnsupported({
      protocol: body.protocol,
      newest: FEDERATION_PROTOCOL,
    });
  }
  if (!isUuid(body.siteId)) {
    throw attachErrors.siteMalformed({ field: 'siteId', expected: 'a UUID' });
  }
  for (const field of ['siteName', 'siteVersion', 'epoch'] as const) {
    if (!isPrintable(body[field])) {
      throw attachErrors.siteMalformed({ field, expected: 'printable text' });
    }
  }
}
