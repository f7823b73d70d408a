import {
  ADMIN_PATHS,
  type CollectionDefinition,
  type CollectionMember,
  type CollectionSample,
  type CollectionWhatIf,
  type ConfigManagerCollection,
  type CreateCollection,
  type MembershipExplanation,
  type QueryCheck,
  type QueryCompletionAnswer,
  type UpdateCollection,
} from '@moorline/contracts/admin';
import { iterate, type Page, readPage } from './collection.ts';
import { type ListOptions, listQuery } from './odata.ts';
import type { CallOptions, Transport } from './transport.ts';
import { readVersioned } from './versioned.ts';

export type CollectionField = keyof ConfigManagerCollection;

/** A collection, and the version that its definition is. */
export interface VersionedCollection {
  readonly collection: ConfigManagerCollection;
  /** Hand it back as `ifMatch`. */
  readonly etag: string;
}

/** With `ifMatch`, `groups.changed_meanwhile` when that is not the version any more, and nothing changes. */
export interface CollectionChangeOptions extends CallOptions {
  readonly ifMatch?: string | undefined;
}

/** Sets of devices by rules. Every method: @throws AdminApiError */
export interface CollectionsClient {
  list(
    options?: ListOptions<CollectionField> & CallOptions,
  ): Promise<Page<ConfigManagerCollection>>;
  iterate(
    options?: ListOptions<CollectionField> & CallOptions,
  ): AsyncGenerator<ConfigManagerCollection, void, undefined>;
  nextPage(nextLink: string, options?: CallOptions): Promise<Page<ConfigManagerCollection>>;
  get(id: string, options?: CallOptions): Promise<ConfigManagerCollection>;
  /** The collection with its version, for a change that must not undo another's. */
  getVersioned(id: string, options?: CallOptions): Promise<VersionedCollection>;
  /** Its members are found when it returns. */
  create(body: CreateCollection, options?: CallOptions): Promise<ConfigManagerCollection>;
  update(
    id: string,
    body: UpdateCollection,
    options?: CollectionChangeOptions,
  ): Promise<ConfigManagerCollection>;
  delete(id: string, options?: CollectionChangeOptions): Promise<void>;
  /** Every member, by name, page by page as they are taken. */
  members(
    id: string,
    options?: { readonly top?: number } & CallOptions,
  ): AsyncGenerator<CollectionMember, void, undefined>;
  /** One page of the members, by name: the first, or the one that a link leads to. */
  membersPage(
    id: string,
    options?: { readonly top?: number; readonly nextLink?: string | undefined } & CallOptions,
  ): Promise<Page<CollectionMember>>;
  /** Collections that the device is in. */
  ofDevice(
    deviceId: string,
    options?: CallOptions,
  ): Promise<readonly { readonly id: string; readonly displayName: string }[]>;
  why(id: string, deviceId: string, options?: CallOptions): Promise<MembershipExplanation>;
  /** Who would be in a collection of this definition. */
  preview(body: CollectionDefinition, options?: CallOptions): Promise<CollectionSample>;
  /** Who would enter and leave the collection under this definition. */
  whatIf(id: string, body: CollectionDefinition, options?: CallOptions): Promise<CollectionWhatIf>;
  checkQuery(query: string, options?: CallOptions): Promise<QueryCheck>;
  completeQuery(
    query: string,
    position: number,
    options?: CallOptions,
  ): Promise<QueryCompletionAnswer>;
}

export function createCollectionsClient(transport: Transport): CollectionsClient {
  const root = ADMIN_PATHS.configManagerCollections;
  const one = (id: string): string => `${root}/${encodeURIComponent(id)}`;
  return {
    list: (options = {}) => readPage(transport, root + listQuery(options), options),
    iterate: (options = {}) => iterate(transport, root + listQuery(options), options),
    nextPage: (nextLink, options = {}) => readPage(transport, nextLink, options),
    get: (id, options = {}) => transport.json(one(id), options),
    async getVersioned(id, options = {}) {
      const { value, etag } = await readVersioned<ConfigManagerCollection>(
        transport,
        one(id),
        'a collection',
        options,
      );
      return { collection: value, etag };
    },
    create: (body, options = {}) => transport.json(root, { ...options, method: 'POST', body }),
    update: (id, body, options = {}) =>
      transport.json(one(id), { ...options, method: 'PATCH', body }),
    async delete(id, options = {}) {
      await transport.send(one(id), { ...options, method: 'DELETE' });
    },
    members: (id, options = {}) =>
      iterate(transport, `${one(id)}/members?$top=${options.top ?? 1000}`, options),
    membersPage: (id, options = {}) =>
      readPage(
        transport,
        options.nextLink ?? `${one(id)}/members?$top=${options.top ?? 100}`,
        options,
      ),
    async ofDevice(deviceId, options = {}) {
      const path = `${ADMIN_PATHS.managedDevices}/${encodeURIComponent(deviceId)}/collections`;
      const { value } = await transport.json<{ value: { id: string; displayName: string }[] }>(
        path,
        options,
      );
      return value;
    },
    why: (id, deviceId, options = {}) =>
      transport.json(`${one(id)}/members/${encodeURIComponent(deviceId)}/why`, options),
    preview: (body, options = {}) =>
      transport.json(`${root}/preview`, { ...options, method: 'POST', body }),
    whatIf: (id, body, options = {}) =>
      transport.json(`${one(id)}/whatIf`, { ...options, method: 'POST', body }),
    checkQuery: (query, options = {}) =>
      transport.json(`${root}/checkQuery`, { ...options, method: 'POST', body: { query } }),
    completeQuery: (query, position, options = {}) =>
      transport.json(`${root}/completeQuery`, {
        ...options,
        method: 'POST',
        body: { query, position },
      }),
  };
}
