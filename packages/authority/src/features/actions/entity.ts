import type { EntityDescription, EntityProperty, PropertyType } from '@moorline/codecs/odata';
import { ACTION_KINDS, ACTION_STATES } from '@moorline/model';
import { sql } from 'kysely';
import type { ListColumns } from '../../listing/columns.ts';

function property(
  type: PropertyType,
  options: {
    readonly sortable?: boolean;
    readonly enumeration?: EntityProperty['enumeration'];
  } = {},
): EntityProperty {
  return {
    type,
    ...(options.enumeration ? { enumeration: options.enumeration } : {}),
    isNullable: false,
    isFilterable: true,
    isSortable: options.sortable ?? false,
    isSearchable: false,
  };
}

const notQueried = (type: PropertyType): EntityProperty => ({
  ...property(type),
  isFilterable: false,
});

/** An action as the API lists it; hops and result come with each. */
export const DEVICE_ACTION: EntityDescription = {
  namespace: 'moorline',
  name: 'deviceAction',
  key: 'id',
  properties: {
    id: property('String'),
    managedDeviceId: property('String'),
    action: property('String', {
      enumeration: { name: 'deviceActionKind', members: ACTION_KINDS },
    }),
    state: property('String', {
      enumeration: { name: 'deviceActionState', members: ACTION_STATES },
    }),
    isFinal: property('Boolean'),
    requestedDateTime: property('DateTimeOffset', { sortable: true }),
    expirationDateTime: property('DateTimeOffset', { sortable: true }),
    requestedBy: property('String'),
    bulkActionId: { ...property('String'), isNullable: true },
    reason: notQueried('String'),
  },
};

export const ACTION_COLUMNS: ListColumns = {
  id: { kind: 'uuid', value: sql`id` },
  managedDeviceId: { kind: 'uuid', value: sql`device_id` },
  action: { kind: 'key', value: sql`(kind collate "C")` },
  state: { kind: 'key', value: sql`(state collate "C")` },
  isFinal: {
    kind: 'boolean',
    value: sql`(state in ('refused', 'succeeded', 'failed', 'expired', 'cancelled'))`,
  },
  bulkActionId: { kind: 'uuid', value: sql`bulk_id` },
  requestedDateTime: { kind: 'time', value: sql`requested_at` },
  expirationDateTime: { kind: 'time', value: sql`expires_at` },
  requestedBy: {
    kind: 'text',
    value: sql`requested_by`,
    key: sql`(lower(requested_by) collate "C")`,
  },
};
