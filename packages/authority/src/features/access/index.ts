export { type Access, createAccess } from './access.ts';
export { authorize } from './authorize.ts';
export { accessErrors } from './errors.ts';
export { ACCESS_MIGRATIONS } from './migrations.ts';
export { accessAuthenticator, accessRoutes } from './routes.ts';
