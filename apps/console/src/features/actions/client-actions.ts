import { ACTION_PERMISSIONS, type ActionKind } from '@moorline/model';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

const CLASS = 'ClientAction';

/** Why the device cannot do what it says it cannot, by kind. */
export type ToldActions = ReadonlyMap<string, string>;

/** What the device's client says of its actions; one that says nothing can do everything, as far as is known. */
export function clientActionsQuery(deviceId: string) {
  return queryOptions({
    queryKey: ['inventory', deviceId, CLASS],
    queryFn: async ({ signal }): Promise<ToldActions> => {
      const options = { skip: 0, top: 100, signal };
      const { rows } = await client.devices.inventoryDocument(deviceId, CLASS, options);
      return new Map(
        rows.flatMap(({ Action, Supported, Reason }) =>
          Supported === false
            ? [[String(Action), typeof Reason === 'string' ? Reason : 'The device cannot do this.']]
            : [],
        ),
      );
    },
    staleTime: 60_000,
    retry: false,
  });
}

/** Why the action cannot be asked for; empty when it can. */
export function whyNot(
  kind: ActionKind,
  permissions: readonly string[],
  told: ToldActions | undefined,
): string {
  const permission = ACTION_PERMISSIONS[kind];
  if (!permissions.includes(permission)) return `Your role lacks the permission ${permission}.`;
  return told?.get(kind) ?? '';
}
