export {
  type AuditEventRow,
  type AuditRecord,
  type ChainVerdict,
  recordAudit,
  verifyChain,
} from './audit.ts';
export { storable } from './chain.ts';
export { AUDIT_MIGRATIONS } from './migrations.ts';
export { auditRoutes } from './routes.ts';
