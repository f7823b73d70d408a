import {
  ADMIN_PATHS,
  Collection,
  CreateEnrolmentToken,
  EnrolmentToken,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { Type } from 'typebox';
import { contextOf } from '../../listing/answer.ts';
import { actorOf } from '../../request-actor.ts';
import { originOf } from '../../request-origin.ts';
import { type DeviceRow, type Devices, deviceErrors, deviceTag } from '../devices/index.ts';
import type { Enrolment } from './enrolment.ts';

const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** enrolmentTokens; DELETE, block and unblock of managedDevices/{id}. All need `enrolment.manage`. */
export function enrolmentRoutes(
  app: HttpApp,
  deps: { readonly enrolment: Enrolment; readonly devices: Devices },
): void {
  tokenRoutes(app, deps.enrolment);
  leavingRoutes(app, deps);
}

function tokenRoutes(app: HttpApp, { tokens }: Enrolment): void {
  const path = ADMIN_PATHS.enrolmentTokens;
  app.get(
    path,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Enrolment tokens, newest first',
        tags: ['Enrolment'],
        querystring: Type.Object(
          {
            $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
            $skiptoken: Type.Optional(Type.String({ format: 'uuid' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Collection(EnrolmentToken) },
      },
    },
    async (request) => {
      const { $top: top = 100, $skiptoken: before = null } = request.query;
      const value = [...(await tokens.list(actorOf(request), { before, top }))];
      const last = value.at(-1);
      return {
        '@odata.context': contextOf(request, 'deviceManagement/enrolmentTokens', null),
        ...(value.length === top && last
          ? {
              '@odata.nextLink': `${originOf(request)}${path}?$top=${top}&$skiptoken=${last.id}`,
            }
          : {}),
        value,
      };
    },
  );

  app.post(
    path,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Makes an enrolment token; the answer alone carries its text',
        tags: ['Enrolment'],
        body: CreateEnrolmentToken,
        response: { 201: EnrolmentToken },
      },
    },
    async (request, reply) => {
      return reply.code(201).send(await tokens.create(actorOf(request), request.body));
    },
  );

  app.delete(
    `${path}/:id`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Revokes an enrolment token; devices enrolled with it stay',
        tags: ['Enrolment'],
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await tokens.revoke(actorOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
}

function leavingRoutes(
  app: HttpApp,
  { enrolment, devices }: { readonly enrolment: Enrolment; readonly devices: Devices },
): void {
  const path = `${ADMIN_PATHS.managedDevices}/:id`;
  app.delete(
    path,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Removes a device: its certificate is revoked, its state deleted',
        tags: ['Devices'],
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const expected = request.headers['if-match'];
      const check = (row: DeviceRow): void => {
        if (expected === undefined || expected === '*') return;
        if (deviceTag(devices.present(row)) !== expected) throw deviceErrors.changedMeanwhile();
      };
      await enrolment.remove(actorOf(request), request.params.id, check);
      return reply.code(204).send(null);
    },
  );
  for (const [verb, isBlocked, summary] of [
    ['block', true, 'Keeps a device out until it is unblocked; its state stays'],
    ['unblock', false, 'Lets a blocked device in again'],
  ] as const) {
    app.post(
      `${path}/${verb}`,
      {
        config: { access: 'actor' },
        schema: {
          summary,
          tags: ['Devices'],
          params: IdParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await enrolment.setBlocked(actorOf(request), request.params.id, isBlocked);
        return reply.code(204).send(null);
      },
    );
  }
}
