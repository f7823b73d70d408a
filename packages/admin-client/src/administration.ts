import {
  ADMIN_PATHS,
  type Administrator,
  type AuditEvent,
  type ClientSettings,
  type Connector,
  type ConnectorDetail,
  type ConnectorEvent,
  type CreateAdministrator,
  type CreateEnrolmentToken,
  type CreateJoinToken,
  type EnrolmentToken,
  type JoinToken,
  type PauseConnectorUpload,
  type ResyncConnector,
  type UpdateAdministrator,
} from '@moorline/contracts/admin';
import { iterate, type Page, readAll, readPage } from './collection.ts';
import { type ListOptions, listQuery } from './odata.ts';
import type { CallOptions, Transport } from './transport.ts';
import { readVersioned } from './versioned.ts';

/** At the upper end of an attachment: who is attached. Every method: @throws AdminApiError */
export interface ConnectorsClient {
  list(options?: CallOptions): Promise<readonly Connector[]>;
  /** Everything that is known of it. */
  get(id: string, options?: CallOptions): Promise<ConnectorDetail>;
  /** What happened to it: the last hundred events, newest first. */
  events(id: string, options?: CallOptions): Promise<readonly ConnectorEvent[]>;
  /** Probes it, and has the site look at its endpoints, now. */
  check(id: string, options?: CallOptions): Promise<ConnectorDetail>;
  /** Has the site renew the connector's certificate, with a new key. */
  rotateCertificate(id: string, options?: CallOptions): Promise<ConnectorDetail>;
  /** Has the site compare what both sides hold; `full`: send everything again. */
  resync(id: string, body?: ResyncConnector, options?: CallOptions): Promise<ConnectorDetail>;
  pauseUpload(
    id: string,
    body: PauseConnectorUpload,
    options?: CallOptions,
  ): Promise<ConnectorDetail>;
  /** Ends the connector's certificate and uplink at once; the site can come back with a new join token. */
  detach(id: string, options?: CallOptions): Promise<void>;
  /** A token that attaches one site; its text is in this answer only. */
  createJoinToken(body?: CreateJoinToken, options?: CallOptions): Promise<JoinToken>;
}

export interface EnrolmentTokensClient {
  list(options?: CallOptions): Promise<readonly EnrolmentToken[]>;
  /** Its `token` is in this answer only. */
  create(body?: CreateEnrolmentToken, options?: CallOptions): Promise<EnrolmentToken>;
  revoke(id: string, options?: CallOptions): Promise<void>;
}

/** Client settings, and the version that they are. */
export interface VersionedClientSettings {
  readonly settings: ClientSettings;
  /** Hand it back as `ifMatch`. */
  readonly etag: string;
}

export interface ClientSettingsClient {
  get(options?: CallOptions): Promise<ClientSettings>;
  /** The settings with their version, for a change that must not undo another's. */
  getVersioned(options?: CallOptions): Promise<VersionedClientSettings>;
  /** With `ifMatch`, `policy.changed_meanwhile` when that is not the version any more, and nothing changes. */
  set(
    settings: ClientSettings,
    options?: CallOptions & { readonly ifMatch?: string | undefined },
  ): Promise<ClientSettings>;
}

export interface AdministratorsClient {
  list(options?: CallOptions): Promise<readonly Administrator[]>;
  /** Its `signInLink` is in this answer only. */
  create(body: CreateAdministrator, options?: CallOptions): Promise<Administrator>;
  update(id: string, body: UpdateAdministrator, options?: CallOptions): Promise<Administrator>;
}

/** What became of recomputing the audit log's hash chain. */
export interface AuditVerification {
  readonly isIntact: boolean;
  /** How many were looked at. */
  readonly records: number;
  /** Number of the first record that does not follow from the one before; null when all do. */
  readonly brokenAt: number | null;
}

export interface AuditEventsClient {
  /** One page, newest first; only `top` is taken. */
  list(options?: Pick<ListOptions, 'top'> & CallOptions): Promise<Page<AuditEvent>>;
  nextPage(nextLink: string, options?: CallOptions): Promise<Page<AuditEvent>>;
  iterate(
    options?: Pick<ListOptions, 'top'> & CallOptions,
  ): AsyncGenerator<AuditEvent, void, undefined>;
  /** Recomputes the chain at the host, from its first record. */
  verify(options?: CallOptions): Promise<AuditVerification>;
}

export function createConnectorsClient(transport: Transport): ConnectorsClient {
  const pathOf = (id: string): string => `${ADMIN_PATHS.connectors}/${encodeURIComponent(id)}`;
  const ask = (
    id: string,
    verb: string,
    body: object | undefined,
    options: CallOptions,
  ): Promise<ConnectorDetail> =>
    transport.json(`${pathOf(id)}/${verb}`, { ...options, method: 'POST', ...(body && { body }) });
  return {
    list: (options = {}) => readAll(transport, ADMIN_PATHS.connectors, options),
    get: (id, options = {}) => transport.json(pathOf(id), options),
    events: (id, options = {}) => readAll(transport, `${pathOf(id)}/events`, options),
    check: (id, options = {}) => ask(id, 'check', undefined, options),
    rotateCertificate: (id, options = {}) => ask(id, 'rotateCertificate', undefined, options),
    resync: (id, body = {}, options = {}) => ask(id, 'resync', body, options),
    pauseUpload: (id, body, options = {}) => ask(id, 'pauseUpload', body, options),
    async detach(id, options = {}) {
      await transport.send(pathOf(id), { ...options, method: 'DELETE' });
    },
    createJoinToken: (body = {}, options = {}) =>
      transport.json(ADMIN_PATHS.joinTokens, { ...options, method: 'POST', body }),
  };
}

export function createEnrolmentTokensClient(transport: Transport): EnrolmentTokensClient {
  return {
    list: (options = {}) => readAll(transport, ADMIN_PATHS.enrolmentTokens, options),
    create: (body = {}, options = {}) =>
      transport.json(ADMIN_PATHS.enrolmentTokens, { ...options, method: 'POST', body }),
    async revoke(id, options = {}) {
      const path = `${ADMIN_PATHS.enrolmentTokens}/${encodeURIComponent(id)}`;
      await transport.send(path, { ...options, method: 'DELETE' });
    },
  };
}

export function createClientSettingsClient(transport: Transport): ClientSettingsClient {
  return {
    get: (options = {}) => transport.json(ADMIN_PATHS.clientSettings, options),
    async getVersioned(options = {}) {
      const { value, etag } = await readVersioned<ClientSettings>(
        transport,
        ADMIN_PATHS.clientSettings,
        'client settings',
        options,
      );
      return { settings: value, etag };
    },
    set: (body, options = {}) =>
      transport.json(ADMIN_PATHS.clientSettings, { ...options, method: 'PATCH', body }),
  };
}

export function createAdministratorsClient(transport: Transport): AdministratorsClient {
  return {
    list: (options = {}) => readAll(transport, ADMIN_PATHS.administrators, options),
    create: (body, options = {}) =>
      transport.json(ADMIN_PATHS.administrators, { ...options, method: 'POST', body }),
    update: (id, body, options = {}) =>
      transport.json(`${ADMIN_PATHS.administrators}/${encodeURIComponent(id)}`, {
        ...options,
        method: 'PATCH',
        body,
      }),
  };
}

export function createAuditEventsClient(transport: Transport): AuditEventsClient {
  const path = (options: ListOptions): string => ADMIN_PATHS.auditEvents + listQuery(options);
  return {
    list: (options = {}) => readPage(transport, path(options), options),
    nextPage: (nextLink, options = {}) => readPage(transport, nextLink, options),
    iterate: (options = {}) => iterate(transport, path(options), options),
    verify: (options = {}) => transport.json(`${ADMIN_PATHS.auditEvents}/verify`, options),
  };
}
