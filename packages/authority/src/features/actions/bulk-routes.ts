import {
  ADMIN_PATHS,
  BulkActionAnswer,
  BulkActionDevice,
  BulkManagedDeviceActionResult,
  CLIENT_REQUEST_ID_HEADER,
  Collection,
  ExecuteActionBody,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { Type } from 'typebox';
import { contextOf } from '../../listing/answer.ts';
import { actorOf } from '../../request-actor.ts';
import { originOf } from '../../request-origin.ts';
import type { Actions } from './actions.ts';
import { bulkActionKind } from './kinds.ts';
import type { BulkOutcome } from './tables.ts';

const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const ListQuery = Type.Object(
  { $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) },
  { additionalProperties: false },
);
const DevicesQuery = Type.Object(
  {
    $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    $skiptoken: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);

/** Graph's executeAction, and the bulk actions that it makes. */
export function bulkRoutes(app: HttpApp, actions: Actions): void {
  const tags = ['Actions'];
  app.post(
    ADMIN_PATHS.executeAction,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Requests an action for up to 5,000 devices',
        tags,
        body: ExecuteActionBody,
        response: { 200: BulkManagedDeviceActionResult },
      },
    },
    async (request) => {
      const { actionName, deviceIds, expirationDateTime } = request.body;
      const requestId = request.headers[CLIENT_REQUEST_ID_HEADER];
      const { id, outcomes } = await actions.requestBulk(actorOf(request), {
        kind: bulkActionKind(actionName),
        deviceIds,
        ...(expirationDateTime === undefined ? {} : { expiresAt: expirationDateTime }),
        ...(typeof requestId === 'string' ? { requestId } : {}),
      });
      const having = (outcome: BulkOutcome): string[] =>
        [...outcomes].flatMap(([deviceId, each]) => (each === outcome ? [deviceId] : []));
      return {
        successfulDeviceIds: having('accepted'),
        failedDeviceIds: having('failed'),
        notFoundDeviceIds: having('notFound'),
        notSupportedDeviceIds: having('notSupported'),
        bulkActionId: id,
      };
    },
  );

  app.get(
    ADMIN_PATHS.bulkActions,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'The newest bulk actions',
        tags,
        querystring: ListQuery,
        response: { 200: Collection(BulkActionAnswer) },
      },
    },
    async (request) => ({
      '@odata.context': contextOf(request, 'deviceManagement/bulkActions', null),
      value: [...(await actions.bulk.list(actorOf(request), request.query.$top ?? 50))],
    }),
  );

  app.get(
    `${ADMIN_PATHS.bulkActions}/:id`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'One bulk action with its counts',
        tags,
        params: IdParams,
        response: { 200: BulkActionAnswer },
      },
    },
    async (request) => actions.bulk.read(actorOf(request), request.params.id),
  );

  app.get(
    `${ADMIN_PATHS.bulkActions}/:id/devices`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'What came of each device of a bulk action',
        tags,
        params: IdParams,
        querystring: DevicesQuery,
        response: { 200: Collection(BulkActionDevice) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const top = request.query.$top ?? 100;
      const after = request.query.$skiptoken ?? null;
      const { items, next } = await actions.bulk.devices(actorOf(request), id, { top, after });
      const path = `${originOf(request)}${ADMIN_PATHS.bulkActions}/${encodeURIComponent(id)}/devices`;
      return {
        '@odata.context': contextOf(request, 'deviceManagement/bulkActions/devices', null),
        ...(next === null
          ? {}
          : {
              '@odata.nextLink': `${path}?$top=${top}&$skiptoken=${encodeURIComponent(next)}`,
            }),
        value: [...items],
      };
    },
  );

  app.post(
    `${ADMIN_PATHS.bulkActions}/:id/cancel`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Cancels what of a bulk action has not ended',
        tags,
        params: IdParams,
        response: { 200: BulkActionAnswer },
      },
    },
    async (request) => actions.bulk.cancel(actorOf(request), request.params.id),
  );
}
