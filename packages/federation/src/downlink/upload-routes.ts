import {
  DigestsAnswer,
  DigestsBody,
  FEDERATION_LIMITS,
  FEDERATION_PATHS,
} from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import type { HttpApp, HttpRequest } from '@moorline/http';
import type { AuthorityId, ConnectorId } from '@moorline/kernel';
import type { UploadSink } from '@moorline/model/ports';
import { Type } from 'typebox';
import { decodeBatch } from './batch-decode.ts';
import type { ReadDigests } from './digests.ts';
import { downlinkErrors } from './errors.ts';

/**
 * What a site sends beside its batches: how actions go while batches wait, and its question what is held of it.
 * @spec docs/protocols/federation.md §5
 */
export function registerUploadRoutes(
  app: HttpApp,
  deps: {
    readonly authorityId: AuthorityId;
    readonly database: Database;
    readonly uploadSink: () => UploadSink;
    readonly readDigests: ReadDigests;
    readonly authenticate: (request: HttpRequest) => Promise<ConnectorId>;
    readonly onActions: (connectorId: ConnectorId) => void;
  },
): void {
  app.post(
    FEDERATION_PATHS.actions,
    {
      config: { access: 'peer', gzip: true },
      bodyLimit: FEDERATION_LIMITS.batchBytes,
      schema: { response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const connectorId = await deps.authenticate(request);
      const { body } = request;
      const content = decodeBatch(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
      // Devices go by the log alone: beside it, an older state could come after a newer one.
      if (content.devices.length + content.removed.length > 0) {
        throw downlinkErrors.batchMalformed({ line: 1, problem: 'devices come in batches' });
      }
      await deps.database.transaction(deps.authorityId, (tx) =>
        deps.uploadSink().applyActions(tx, connectorId, content.actions),
      );
      deps.onActions(connectorId);
      return reply.code(204).send(null);
    },
  );

  app.post(
    FEDERATION_PATHS.digests,
    {
      config: { access: 'peer' },
      bodyLimit: FEDERATION_LIMITS.attachBytes,
      schema: { body: DigestsBody, response: { 200: DigestsAnswer } },
    },
    async (request) => deps.readDigests(await deps.authenticate(request), request.body),
  );
}
