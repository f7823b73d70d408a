export { auditRefused } from './audit-refused.ts';
export { createRefusals, type Refusal, type Refusals } from './refusals.ts';
