export {
  createFixtureProvider,
  type FixtureProvider,
  rowOf,
  serviceRows,
} from './fixture-provider.ts';
export {
  type CannedAnswer,
  createTestAuthority,
  type SeenRequest,
  type TestAuthority,
} from './test-authority.ts';
