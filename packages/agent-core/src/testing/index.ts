export type { CannedAnswer, SeenRequest } from './seen-request.ts';
export { createTestAuthority, type TestAuthority } from './test-authority.ts';
