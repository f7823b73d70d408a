import { Readable } from 'node:stream';
import type { QueryOptionName } from '@moorline/codecs/odata';
import {
  ACTION_ID_HEADER,
  ActionAnswer,
  ADMIN_PATHS,
  Collection,
  TriggerActionBody,
} from '@moorline/contracts/admin';
import { ACTION_FILE_LIMITS } from '@moorline/contracts/agent';
import type { HttpApp } from '@moorline/http';
import type { ActionId, DeviceId } from '@moorline/kernel';
import { type Action, isFinalState } from '@moorline/model';
import { Type } from 'typebox';
import { collectionOf, queryOf, querySchema } from '../../listing/answer.ts';
import { actorOf } from '../../request-actor.ts';
import type { Actions } from './actions.ts';
import { DEVICE_ACTION } from './entity.ts';
import { actionKind } from './kinds.ts';

const LIST_OPTIONS: readonly QueryOptionName[] = [
  '$filter',
  '$orderby',
  '$select',
  '$top',
  '$skip',
  '$count',
  '$skiptoken',
];
const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** Requests (Graph's triggerConfigurationManagerAction), the actions themselves, and their cancellation. */
export function actionRoutes(app: HttpApp, actions: Actions): void {
  app.post(
    `${ADMIN_PATHS.managedDevices}/:id/triggerConfigurationManagerAction`,
    {
      config: { access: 'actor' },
      schema: {
        summary: `Requests an action; its id is in the header ${ACTION_ID_HEADER}`,
        tags: ['Actions'],
        params: IdParams,
        body: TriggerActionBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const action = await actions.requestAction(actorOf(request), {
        deviceId: request.params.id as DeviceId,
        kind: actionKind(request.body.configurationManagerAction.action),
        ...(request.body.expirationDateTime === undefined
          ? {}
          : { expiresAt: request.body.expirationDateTime }),
      });
      return reply.code(204).header(ACTION_ID_HEADER, action.id).send(null);
    },
  );

  app.get(
    ADMIN_PATHS.actions,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Actions, newest first',
        tags: ['Actions'],
        querystring: querySchema(LIST_OPTIONS),
        response: { 200: Collection(Type.Partial(ActionAnswer)) },
      },
    },
    async (request) => {
      const options = queryOf(request, DEVICE_ACTION, LIST_OPTIONS);
      const page = await actions.list(actorOf(request), options);
      return collectionOf(request, 'deviceManagement/actions', options, {
        ...page,
        items: page.items.map(answer),
      });
    },
  );

  app.get(
    `${ADMIN_PATHS.actions}/:id`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'One action with its hops',
        tags: ['Actions'],
        params: IdParams,
        response: { 200: ActionAnswer },
      },
    },
    async (request) => answer(await actions.readAction(actorOf(request), idOf(request.params.id))),
  );

  app.get(
    `${ADMIN_PATHS.actions}/:id/file`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'The file that an action has made: diagnostics as a zip archive',
        tags: ['Actions'],
        params: IdParams,
        produces: ['application/zip'],
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.id);
      const actor = actorOf(request);
      const length = ACTION_FILE_LIMITS.pieceBytes;
      const first = await actions.readActionFile(actor, id, { offset: 0, length });
      async function* parts(): AsyncGenerator<Uint8Array> {
        yield first.data;
        for (let offset = first.data.length; offset < first.sizeBytes; ) {
          const { data, sha256 } = await actions.readActionFile(actor, id, { offset, length });
          // A file that goes while it is read must not end as if it were whole.
          if (data.length === 0 || sha256 !== first.sha256) throw new Error('the file has changed');
          offset += data.length;
          yield data;
        }
      }
      return reply
        .header('content-type', 'application/zip')
        .header('content-length', first.sizeBytes)
        .header('content-disposition', `attachment; filename="diagnostics-${id}.zip"`)
        .send(Readable.from(parts()));
    },
  );

  app.post(
    `${ADMIN_PATHS.actions}/:id/cancel`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Cancels an action, or asks whoever has it to end it',
        tags: ['Actions'],
        params: IdParams,
        response: { 200: ActionAnswer },
      },
    },
    async (request) =>
      answer(await actions.cancelAction(actorOf(request), idOf(request.params.id))),
  );
}

// The service looks up whatever it is given: what is no id is not found.
function idOf(text: string): ActionId {
  return text as ActionId;
}

function answer(action: Action): ActionAnswer {
  const { result } = action;
  return {
    id: action.id,
    managedDeviceId: action.deviceId,
    action: action.kind,
    state: action.state,
    isFinal: isFinalState(action.state),
    requestedDateTime: action.requestedAt,
    expirationDateTime: action.expiresAt,
    requestedBy: action.requestedBy,
    reason: action.hops.at(-1)?.reason ?? '',
    hops: action.hops.map((hop) => ({ ...hop })),
    result: result && { ...result, details: { ...result.details } },
    bulkActionId: action.bulkActionId,
    cancellation: action.cancellation && {
      requestedDateTime: action.cancellation.requestedAt,
      requestedBy: action.cancellation.requestedBy,
      reason: action.cancellation.reason,
    },
  };
}
