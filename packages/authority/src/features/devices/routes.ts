import type { QueryOptionName } from '@moorline/codecs/odata';
import {
  ADMIN_PATHS,
  Collection,
  ManagedDevice,
  ManagedDeviceOverview,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { sha256Hex } from '@moorline/pki';
import { Type } from 'typebox';
import { collectionOf, contextOf, narrow, queryOf, querySchema } from '../../listing/answer.ts';
import { actorOf } from '../../request-actor.ts';
import type { Devices } from './devices.ts';
import { MANAGED_DEVICE } from './entity.ts';

const LIST_OPTIONS: readonly QueryOptionName[] = [
  '$filter',
  '$orderby',
  '$select',
  '$top',
  '$skip',
  '$count',
  '$search',
  '$skiptoken',
];
const COUNT_OPTIONS: readonly QueryOptionName[] = ['$filter', '$search'];
const GET_OPTIONS: readonly QueryOptionName[] = ['$select'];

const SelectedDevice = Type.Partial(ManagedDevice);
const DeviceAnswer = Type.Object({
  '@odata.context': Type.String(),
  ...SelectedDevice.properties,
});

const OverviewAnswer = Type.Object({
  '@odata.context': Type.String(),
  ...ManagedDeviceOverview.properties,
});

/** GET managedDevices, its $count, one device, and the overview; all need `devices.read`. */
export function deviceRoutes(app: HttpApp, devices: Devices): void {
  const path = ADMIN_PATHS.managedDevices;
  app.get(
    path,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Devices',
        tags: ['Devices'],
        querystring: querySchema(LIST_OPTIONS),
        response: { 200: Collection(SelectedDevice) },
      },
    },
    async (request) => {
      const options = queryOf(request, MANAGED_DEVICE, LIST_OPTIONS);
      const page = await devices.list(actorOf(request), options);
      return collectionOf(request, 'deviceManagement/managedDevices', options, page);
    },
  );

  app.get(
    `${path}/$count`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'How many devices there are, as plain text',
        tags: ['Devices'],
        querystring: querySchema(COUNT_OPTIONS),
        response: {
          200: { type: 'string', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      },
    },
    async (request, reply) => {
      const options = queryOf(request, MANAGED_DEVICE, COUNT_OPTIONS);
      const count = await devices.count(actorOf(request), options);
      return reply.type('text/plain').send(String(count));
    },
  );

  app.get(
    ADMIN_PATHS.managedDeviceOverview,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Totals of all devices, of one moment',
        tags: ['Devices'],
        response: { 200: OverviewAnswer },
      },
    },
    async (request) => ({
      '@odata.context': contextOf(request, 'deviceManagement/managedDeviceOverview/$entity', null),
      ...(await devices.overview(actorOf(request))),
    }),
  );

  app.get(
    `${path}/:id`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'One device',
        tags: ['Devices'],
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        querystring: querySchema(GET_OPTIONS),
        response: { 200: DeviceAnswer, 304: Type.Null() },
      },
    },
    async (request, reply) => {
      const { select } = queryOf(request, MANAGED_DEVICE, GET_OPTIONS);
      const device = await devices.get(actorOf(request), request.params.id);
      const tag = deviceTag(device);
      reply.header('etag', tag);
      if (request.headers['if-none-match'] === tag) return reply.code(304).send(null);
      return {
        '@odata.context': contextOf(request, 'deviceManagement/managedDevices', select).concat(
          '/$entity',
        ),
        ...narrow(device, select),
      };
    },
  );
}

/** The device's ETag: changes with whatever is shown of it. @spec RFC 9110 §8.8.3 */
export function deviceTag(device: ManagedDevice): string {
  return `W/"${sha256Hex(JSON.stringify(device)).slice(0, 24)}"`;
}
