export { type AuditRecord, recordAudit, recordAudits } from './audit.ts';
export { storable } from './chain.ts';
export { AUDIT_MIGRATIONS } from './migrations.ts';
export { auditRoutes } from './routes.ts';
