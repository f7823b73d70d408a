export { POLICY_MIGRATIONS } from './migrations.ts';
export { createPolicy, type Policy } from './policy.ts';
export { policyRoutes } from './routes.ts';
