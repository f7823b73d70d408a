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
export { auditRoutes, recordAudit } from './features/audit/index.ts';
export type { Profile } from './profile.ts';
export { CHANGE_LOG, LIVE } from './topics.ts';
