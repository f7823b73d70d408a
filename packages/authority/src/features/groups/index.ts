export { COLLECTION } from './entity.ts';
export { createGroups, type Groups } from './groups.ts';
export { GROUPS_MIGRATIONS } from './migrations.ts';
export { QUERY_CLASSES } from './query-classes.ts';
export { GROUP_WORK } from './reconcile.ts';
export { groupRoutes } from './routes.ts';
