const ID = /^[0-9a-f-]{36}$/;

/** What the list of collections shows, as its address says it. */
export interface CollectionsSearch {
  /** How names begin. */
  readonly q?: string;
}

export function validateCollectionsSearch(search: Record<string, unknown>): CollectionsSearch {
  // A number typed as text comes out of the address as what it looks like.
  const q = search.q === undefined ? '' : String(search.q).slice(0, 200);
  return q === '' ? {} : { q };
}

export const COLLECTION_TABS = ['members', 'rules'] as const;
export type CollectionTab = (typeof COLLECTION_TABS)[number];

/** What a collection's page shows, as its address says it. */
export interface CollectionPageSearch {
  readonly tab?: CollectionTab;
  /** The device of which is said why it is a member, or is not. */
  readonly why?: string;
}

export function validateCollectionPageSearch(
  search: Record<string, unknown>,
): CollectionPageSearch {
  const tab = COLLECTION_TABS.find((known) => known === search.tab);
  const why = typeof search.why === 'string' && ID.test(search.why) ? search.why : undefined;
  return {
    ...(tab === 'rules' ? { tab } : {}),
    ...(why && tab !== 'rules' ? { why } : {}),
  };
}
