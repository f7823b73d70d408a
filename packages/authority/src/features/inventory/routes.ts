import {
  ADMIN_PATHS,
  InventoryClassAnswer,
  InventoryDocumentAnswer,
  InventoryOverviewAnswer,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import type { DeviceId } from '@moorline/kernel';
import { INVENTORY_CLASSES } from '@moorline/model';
import type { DeviceAdministration } from '@moorline/model/ports';
import { Type } from 'typebox';
import { actorOf } from '../../request-actor.ts';
import { authorize } from '../access/index.ts';

/** managedDevices/{id}/inventory, one document of it, and the catalogue; all need `inventory.read`. */
export function inventoryRoutes(
  app: HttpApp,
  inventory: Pick<DeviceAdministration, 'inventoryOverview' | 'inventoryDocument'>,
): void {
  const path = `${ADMIN_PATHS.managedDevices}/:id/inventory`;
  const id = Type.String({ maxLength: 64 });
  app.get(
    path,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Inventory classes that the device has reported',
        tags: ['Inventory'],
        params: Type.Object({ id }),
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
      config: { access: 'actor' },
      schema: {
        summary: 'Rows of one inventory class of the device',
        tags: ['Inventory'],
        params: Type.Object({ id, className: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object(
          {
            $skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
            $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: InventoryDocumentAnswer },
      },
    },
    async (request) => {
      const { id: deviceId, className } = request.params;
      const { $skip: skip = 0, $top: top = 100 } = request.query;
      const document = await inventory.inventoryDocument(
        actorOf(request),
        deviceId as DeviceId,
        className,
        { skip, top },
      );
      return { ...document, rows: [...document.rows] };
    },
  );

  app.get(
    ADMIN_PATHS.inventoryClasses,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'The catalogue of inventory classes',
        tags: ['Inventory'],
        response: { 200: Type.Object({ value: Type.Array(InventoryClassAnswer) }) },
      },
    },
    async (request) => {
      authorize(request.actor, 'inventory.read');
      return {
        value: INVENTORY_CLASSES.map((inventoryClass) => ({
          name: inventoryClass.name,
          description: inventoryClass.description,
          key: [...inventoryClass.key],
          platforms: [...inventoryClass.platforms],
          columns: inventoryClass.columns.map(({ name, type, unit, description }) => ({
            name,
            type,
            ...(unit === undefined ? {} : { unit }),
            description,
          })),
        })),
      };
    },
  );
}
