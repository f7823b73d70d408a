import {
  ADMIN_PATHS,
  InventoryClassAnswer,
  InventoryDifferenceAnswer,
  InventoryDocumentAnswer,
  InventoryHistoryAnswer,
  InventoryOverviewAnswer,
  InventoryRefreshAnswer,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import type { DeviceId } from '@moorline/kernel';
import { INVENTORY_CLASSES } from '@moorline/model';
import type { DeviceAdministration } from '@moorline/model/ports';
import { Type } from 'typebox';
import { actorOf } from '../../request-actor.ts';
import { authorize } from '../access/index.ts';
import { inventoryErrors } from './errors.ts';
import { exportInventory } from './export.ts';

export type InventoryAdministration = Pick<
  DeviceAdministration,
  | 'inventoryOverview'
  | 'inventoryDocument'
  | 'inventoryHistory'
  | 'inventoryDifference'
  | 'refreshInventory'
>;

const Id = Type.String({ maxLength: 64 });
const Day = Type.String({ maxLength: 32, description: 'YYYY-MM-DD, UTC' });
const OneClass = Type.Object({ id: Id, className: Type.String({ maxLength: 64 }) });
const Skip = Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 }));
const tags = ['Inventory'];
const config = { access: 'actor' } as const;

/**
 * managedDevices/{id}/inventory, its documents now and on former days, and the catalogue: `inventory.read`, and
 * `inventory.readSensitive` for sensitive columns. Asking the device itself: `devices.sync`.
 */
export function inventoryRoutes(app: HttpApp, inventory: InventoryAdministration): void {
  const path = `${ADMIN_PATHS.managedDevices}/:id/inventory`;
  app.get(
    path,
    {
      config,
      schema: {
        summary: 'Inventory classes that the device has reported',
        tags,
        params: Type.Object({ id: Id }),
        response: { 200: InventoryOverviewAnswer },
      },
    },
    async (request) => {
      const { id: deviceId } = request.params;
      const overview = await inventory.inventoryOverview(actorOf(request), deviceId as DeviceId);
      return { value: [...overview.classes] };
    },
  );

  app.get(
    `${path}/:className`,
    {
      config,
      schema: {
        summary: 'Rows of one inventory class of the device, now or at the end of a day',
        tags,
        params: OneClass,
        querystring: Type.Object(
          {
            $skip: Skip,
            $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
            $orderby: Type.Optional(Type.String({ maxLength: 128 })),
            day: Type.Optional(Day),
          },
          { additionalProperties: false },
        ),
        response: { 200: InventoryDocumentAnswer },
      },
    },
    async (request) => {
      const { id: deviceId, className } = request.params;
      const { $skip: skip = 0, $top: top = 100, $orderby, day } = request.query;
      const orderBy = orderOf($orderby, className);
      const document = await inventory.inventoryDocument(
        actorOf(request),
        deviceId as DeviceId,
        className,
        { skip, top, orderBy, day },
      );
      return { ...mutable(document), rows: [...document.rows] };
    },
  );

  app.get(
    `${path}/:className/history`,
    {
      config,
      schema: {
        summary: 'How one inventory class of the device was on the days that are kept',
        tags,
        params: OneClass,
        response: { 200: InventoryHistoryAnswer },
      },
    },
    async (request) => {
      const { id: deviceId, className } = request.params;
      const { periods } = await inventory.inventoryHistory(
        actorOf(request),
        deviceId as DeviceId,
        className,
      );
      return { value: [...periods] };
    },
  );

  app.get(
    `${path}/:className/difference`,
    {
      config,
      schema: {
        summary: 'Rows of one inventory class that differ between two days, or a day and now',
        tags,
        params: OneClass,
        querystring: Type.Object(
          {
            from: Day,
            to: Type.Optional(Day),
            $skip: Skip,
            $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: InventoryDifferenceAnswer },
      },
    },
    async (request) => {
      const { id: deviceId, className } = request.params;
      const { from, to = null, $skip: skip = 0, $top: top = 100 } = request.query;
      const answer = await inventory.inventoryDifference(
        actorOf(request),
        deviceId as DeviceId,
        className,
        { from, to, skip, top },
      );
      const changes = answer.changes.map((change) => ({ ...change, columns: [...change.columns] }));
      return { ...mutable(answer), changes };
    },
  );

  app.get(
    `${path}/:className/export`,
    {
      config,
      schema: {
        summary: 'All rows of one inventory class of the device, as a file',
        tags,
        params: OneClass,
        querystring: Type.Object(
          { format: Type.Enum(['csv', 'json']), day: Type.Optional(Day) },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { id: deviceId, className } = request.params;
      const { format, day } = request.query;
      const read = (skip: number, top: number): ReturnType<typeof inventory.inventoryDocument> =>
        inventory.inventoryDocument(actorOf(request), deviceId as DeviceId, className, {
          skip,
          top,
          day,
        });
      const { stream, fileName } = await exportInventory(read, className, format);
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .header('cache-control', 'no-store')
        .send(stream);
    },
  );

  app.post(
    `${path}/:className/refresh`,
    {
      config,
      schema: {
        summary: 'Ask the device itself for one inventory class, and wait for its answer',
        tags,
        params: OneClass,
        response: { 200: InventoryRefreshAnswer },
      },
    },
    async (request) => {
      const { id: deviceId, className } = request.params;
      return inventory.refreshInventory(actorOf(request), deviceId as DeviceId, className);
    },
  );

  app.get(
    ADMIN_PATHS.inventoryClasses,
    {
      config,
      schema: {
        summary: 'The catalogue of inventory classes',
        tags,
        response: { 200: Type.Object({ value: Type.Array(InventoryClassAnswer) }) },
      },
    },
    async (request) => {
      authorize(request.actor, 'inventory.read');
      return {
        value: INVENTORY_CLASSES.map((declared) => ({
          name: declared.name,
          description: declared.description,
          category: declared.category,
          key: [...declared.key],
          platforms: [...declared.platforms],
          cadence: declared.cadence,
          columns: declared.columns.map(({ name, type, unit, description, isSensitive }) => ({
            name,
            type,
            ...(unit === undefined ? {} : { unit }),
            description,
            ...(isSensitive ? { isSensitive } : {}),
          })),
        })),
      };
    },
  );
}

/** `Column` or `Column desc`. @throws `inventory.column_unknown` */
function orderOf(
  text: string | undefined,
  className: string,
): { readonly column: string; readonly descending: boolean } | undefined {
  if (text === undefined) return undefined;
  const [, column, direction] = /^([A-Za-z][A-Za-z0-9]{0,63})(?: (asc|desc))?$/.exec(text) ?? [];
  if (column === undefined) {
    throw inventoryErrors.columnUnknown({
      className: className.slice(0, 64),
      column: text.slice(0, 64),
      hint: 'Write one column, with "desc" after it to turn the order round.',
    });
  }
  return { column, descending: direction === 'desc' };
}

/** The contract's arrays are the caller's to change. */
function mutable<A extends { readonly maskedColumns?: readonly string[] }>(
  answer: A,
): Omit<A, 'maskedColumns'> & { maskedColumns?: string[] } {
  const { maskedColumns, ...rest } = answer;
  return maskedColumns ? { ...rest, maskedColumns: [...maskedColumns] } : rest;
}
