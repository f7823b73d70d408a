export { type Actions, createActions } from './actions.ts';
export { bulkRoutes } from './bulk-routes.ts';
export { DEVICE_ACTION } from './entity.ts';
export { type ActionFigures, actionFigures } from './figures.ts';
export { ACTIONS_MIGRATIONS } from './migrations.ts';
export { actionRoutes } from './routes.ts';
export { actionSettingsRoutes } from './settings-routes.ts';
