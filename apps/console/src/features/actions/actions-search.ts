/** Which actions of all devices; those that failed count for a week. */
export const ACTION_VIEWS = ['all', 'pending', 'failed'] as const;
export type ActionView = (typeof ACTION_VIEWS)[number];

/** What the list of actions shows, as its address says it. */
export interface ActionsSearch {
  readonly view?: ActionView;
}

export function validateActionsSearch(search: Record<string, unknown>): ActionsSearch {
  const view = ACTION_VIEWS.find((known) => known === search.view);
  return view === undefined || view === 'all' ? {} : { view };
}
