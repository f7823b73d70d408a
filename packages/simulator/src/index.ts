export { simulatorErrors } from './errors.ts';
export {
  ACTION_HANDLERS,
  type ActionContext,
  type ActionEvent,
  type SimulatedActionHandler,
} from './fleet/actions.ts';
export type { DocumentForm } from './fleet/documents.ts';
export {
  type ConnectOptions,
  createFleet,
  type EnrolOptions,
  type Fleet,
  type FleetOptions,
} from './fleet/fleet.ts';
export type { FleetStats } from './fleet/stats.ts';
export type { FleetProfile } from './profile/fleet-profile.ts';
export { LAB, ORGANIZATION } from './profile/organization.ts';
