export { type Access, createAccess } from './access.ts';
export { authorize, authorizeEverywhere } from './authorize.ts';
export { accessErrors } from './errors.ts';
export { ACCESS_MIGRATIONS } from './migrations.ts';
export {
  authorizeDevice,
  type DeviceGate,
  openDeviceGate,
  permissionHere,
  type ReachedDevice,
  reachedOf,
  reachSql,
} from './reach.ts';
export { accessAuthenticator, accessRoutes } from './routes.ts';
