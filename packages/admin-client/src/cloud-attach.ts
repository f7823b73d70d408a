import {
  ADMIN_PATHS,
  type AttachEndpoint,
  type AttachPlan,
  type AttachRequest,
  type CheckPrerequisites,
  type CloudAttach,
  type CollectionOf,
  type CreateLinkedAdministrator,
  type LinkedAdministrator,
  type PlanAttach,
  type Prerequisite,
  type PreviewUpload,
  type ResyncUpload,
  type StatusMessage,
  type UpdateUploadSettings,
  type UploadPreview,
  type UploadSettings,
  type UploadState,
} from '@moorline/contracts/admin';
import { readAll } from './collection.ts';
import type { CallOptions, Transport } from './transport.ts';
import { readVersioned } from './versioned.ts';

/** Upload settings, and the version that they are. */
export interface VersionedUploadSettings {
  readonly settings: UploadSettings;
  /** Hand it back as `ifMatch`. */
  readonly etag: string;
}

/** At a site: its own end of the attachment. Every method: @throws AdminApiError */
export interface CloudAttachClient {
  get(options?: CallOptions): Promise<CloudAttach>;
  attach(body: AttachRequest, options?: CallOptions): Promise<CloudAttach>;
  /** Ends the attachment. The tenant is told at once, or when it can be reached. */
  detach(options?: CallOptions): Promise<CloudAttach>;
  /** What attaching with these choices would create and change, on both sides. Nothing is done, and no token spent. */
  plan(body?: PlanAttach, options?: CallOptions): Promise<AttachPlan>;
  /** As whom administrators of the other end act here. */
  linkedAdministrators(options?: CallOptions): Promise<readonly LinkedAdministrator[]>;
  linkAdministrator(
    body: CreateLinkedAdministrator,
    options?: CallOptions,
  ): Promise<LinkedAdministrator>;
  unlinkAdministrator(tenantUserId: string, options?: CallOptions): Promise<void>;
  /** What attaching needs, judged now; with a join token against its tenant. The token is not spent. */
  prerequisites(body?: CheckPrerequisites, options?: CallOptions): Promise<readonly Prerequisite[]>;
  /** The addresses that the tenant publishes, as they were last checked. */
  endpoints(options?: CallOptions): Promise<readonly AttachEndpoint[]>;
  /** The same, checked now. */
  checkEndpoints(options?: CallOptions): Promise<readonly AttachEndpoint[]>;
  /** What the checks of the endpoints raised, newest first. */
  statusMessages(options?: CallOptions): Promise<readonly StatusMessage[]>;
  /** What leaves the site, when, and whose permissions decide; with the version. */
  uploadSettings(options?: CallOptions): Promise<VersionedUploadSettings>;
  /** With `ifMatch`, `upload.changed_meanwhile` when that is not the version any more, and nothing changes. */
  updateUploadSettings(
    body: UpdateUploadSettings,
    options?: CallOptions & { readonly ifMatch?: string | undefined },
  ): Promise<UploadSettings>;
  /** Exactly what would leave with these settings instead of the stored ones. */
  previewUpload(body?: PreviewUpload, options?: CallOptions): Promise<UploadPreview>;
  /** How the upload goes. */
  upload(options?: CallOptions): Promise<UploadState>;
  /** Compares what both ends hold and repairs; `full`: sends everything in scope again. */
  resyncUpload(body?: ResyncUpload, options?: CallOptions): Promise<UploadState>;
}

export function createCloudAttachClient(transport: Transport): CloudAttachClient {
  const post = <T>(path: string, options: CallOptions, body?: unknown): Promise<T> =>
    transport.json<T>(path, { ...options, method: 'POST', ...(body !== undefined && { body }) });
  return {
    get: (options = {}) => transport.json(ADMIN_PATHS.cloudAttach, options),
    attach: (body, options = {}) => post(ADMIN_PATHS.cloudAttach, options, body),
    detach: (options = {}) =>
      transport.json(ADMIN_PATHS.cloudAttach, { ...options, method: 'DELETE' }),
    plan: (body = {}, options = {}) => post(ADMIN_PATHS.attachPlan, options, body),
    linkedAdministrators: (options = {}) =>
      readAll(transport, ADMIN_PATHS.linkedAdministrators, options),
    linkAdministrator: (body, options = {}) =>
      post(ADMIN_PATHS.linkedAdministrators, options, body),
    async unlinkAdministrator(tenantUserId, options = {}) {
      const path = `${ADMIN_PATHS.linkedAdministrators}/${encodeURIComponent(tenantUserId)}`;
      await transport.send(path, { ...options, method: 'DELETE' });
    },
    async prerequisites(body = {}, options = {}) {
      if (body.joinToken === undefined)
        return readAll(transport, ADMIN_PATHS.prerequisites, options);
      return (await post<CollectionOf<Prerequisite>>(ADMIN_PATHS.prerequisites, options, body))
        .value;
    },
    endpoints: (options = {}) => readAll(transport, ADMIN_PATHS.attachEndpoints, options),
    async checkEndpoints(options = {}) {
      return (await post<CollectionOf<AttachEndpoint>>(ADMIN_PATHS.checkAttachEndpoints, options))
        .value;
    },
    statusMessages: (options = {}) => readAll(transport, ADMIN_PATHS.statusMessages, options),
    async uploadSettings(options = {}) {
      const { value, etag } = await readVersioned<UploadSettings>(
        transport,
        ADMIN_PATHS.uploadSettings,
        'upload settings',
        options,
      );
      return { settings: value, etag };
    },
    updateUploadSettings: (body, options = {}) =>
      transport.json(ADMIN_PATHS.uploadSettings, { ...options, method: 'PATCH', body }),
    previewUpload: (body = {}, options = {}) => post(ADMIN_PATHS.uploadPreview, options, body),
    upload: (options = {}) => transport.json(ADMIN_PATHS.upload, options),
    resyncUpload: (body = {}, options = {}) => post(ADMIN_PATHS.resyncUpload, options, body),
  };
}
