export {
  AUTHORITY_MIGRATIONS,
  type Authority,
  type AuthorityDeps,
  createAuthority,
} from './authority.ts';
export {
  type Access,
  accessAuthenticator,
  accessRoutes,
  authorize,
} from './features/access/index.ts';
export { type ActionFigures, actionFigures } from './features/actions/index.ts';
export { auditRoutes, recordAudit } from './features/audit/index.ts';
export { heldDevices } from './features/devices/index.ts';
export type { Profile } from './profile.ts';
export { CHANGE_LOG, LIVE } from './topics.ts';
