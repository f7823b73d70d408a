export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { type TestDatabase, testDatabaseSource, withDatabase } from './with-database.ts';
