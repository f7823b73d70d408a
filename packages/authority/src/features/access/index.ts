export { type Access, createAccess, signInPath } from './access.ts';
export { administratorOf, authorize } from './authorize.ts';
export { accessErrors } from './errors.ts';
export { ACCESS_MIGRATIONS } from './migrations.ts';
export { accessAuthenticator, accessRoutes } from './routes.ts';
