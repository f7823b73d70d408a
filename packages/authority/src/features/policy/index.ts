export { policyErrors } from './errors.ts';
export { POLICY_MIGRATIONS } from './migrations.ts';
export { createPolicy, type Policy } from './policy.ts';
export { policyRoutes } from './routes.ts';
