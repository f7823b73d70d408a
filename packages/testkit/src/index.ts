export {
  inventoryProviderConformance,
  type UploadSinkSubject,
  uploadSinkConformance,
} from './conformance.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { freePortTriple } from './free-ports.ts';
export { type GraphTypes, loadGraphTypes } from './graph-types.ts';
export { createScriptedProvider, type ScriptedProvider } from './scripted-provider.ts';
export {
  type Answer,
  askGateway,
  enrolSimulatedDevice,
  type Gateway,
  openGateway,
  type SimulatedDevice,
} from './simulated-device.ts';
export { type TestDatabase, testDatabaseSource, withDatabase } from './with-database.ts';
