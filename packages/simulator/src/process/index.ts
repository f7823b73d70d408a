export {
  type FleetProcess,
  type FleetProcessDeps,
  startFleetProcess,
} from './fleet-process.ts';
export { type FleetProcessOptions, fleetArguments } from './options.ts';
export type { FleetMethods, FleetReady, ProcessStats } from './serve.ts';
