import type { EntityDescription, EntityProperty, PropertyType } from '@moorline/codecs/odata';
import { sql } from 'kysely';
import type { ListColumns } from '../../listing/columns.ts';

function property(
  type: PropertyType,
  uses: readonly ('filter' | 'sort' | 'search')[] = [],
  isNullable = false,
): EntityProperty {
  return {
    type,
    isNullable,
    isFilterable: uses.includes('filter'),
    isSortable: uses.includes('sort'),
    isSearchable: uses.includes('search'),
  };
}

/** Graph's configManagerCollection as far as it is served, and ours beside it. */
export const COLLECTION: EntityDescription = {
  namespace: 'microsoft.graph',
  name: 'configManagerCollection',
  key: 'id',
  properties: {
    id: property('String', ['filter', 'sort']),
    collectionIdentifier: property('String', ['sort']),
    displayName: property('String', ['filter', 'sort', 'search']),
    hierarchyIdentifier: property('String'),
    hierarchyName: property('String'),
    createdDateTime: property('DateTimeOffset', ['filter', 'sort']),
    lastModifiedDateTime: property('DateTimeOffset', ['filter', 'sort']),
    description: property('String', ['filter']),
    isBuiltIn: property('Boolean', ['filter', 'sort']),
    limitingCollectionId: property('String', ['filter'], true),
    memberCount: property('Int64'),
    lastCheckDateTime: property('DateTimeOffset', [], true),
    lastCheckMilliseconds: property('Int64', [], true),
  },
};

const name = { kind: 'text', value: sql`name`, key: sql`name_key` } as const;

export const COLLECTION_COLUMNS: ListColumns = {
  id: { kind: 'uuid', value: sql`id` },
  collectionIdentifier: { kind: 'number', value: sql`number` },
  displayName: name,
  createdDateTime: { kind: 'time', value: sql`created_at` },
  lastModifiedDateTime: { kind: 'time', value: sql`changed_at` },
  description: {
    kind: 'text',
    value: sql`description`,
    key: sql`(lower(description) collate "C")`,
  },
  isBuiltIn: { kind: 'boolean', value: sql`is_built_in` },
  limitingCollectionId: { kind: 'uuid', value: sql`limiting_id` },
};
