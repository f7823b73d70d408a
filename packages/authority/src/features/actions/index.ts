export { type Actions, createActions } from './actions.ts';
export { DEVICE_ACTION } from './entity.ts';
export { ACTIONS_MIGRATIONS } from './migrations.ts';
export { actionRoutes } from './routes.ts';
