export {
  type AuditEventRow,
  type AuditRecord,
  type ChainVerdict,
  recordAudit,
  recordAudits,
  verifyChain,
} from './audit.ts';
export { storable } from './chain.ts';
export { AUDIT_MIGRATIONS } from './migrations.ts';
export { auditRoutes } from './routes.ts';
