export {
  AUTHORITY_MIGRATIONS,
  type Authority,
  type AuthorityDeps,
  createAuthority,
} from './authority.ts';
export {
  type Access,
  accessAuthenticator,
  accessErrors,
  accessRoutes,
  authorize,
} from './features/access/index.ts';
export { actionErrors } from './features/actions/index.ts';
export { auditRoutes, recordAudit } from './features/audit/index.ts';
export { deviceErrors } from './features/devices/index.ts';
export { enrolmentErrors } from './features/enrolment/index.ts';
export { inventoryErrors } from './features/inventory/index.ts';
export { policyErrors } from './features/policy/index.ts';
export type { Profile } from './profile.ts';
export { CHANGE_LOG, LIVE } from './topics.ts';
