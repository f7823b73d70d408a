export type { FleetProfile } from './fleet-profile.ts';
export { LAB, ORGANIZATION } from './organization.ts';
export { parseProfile, readProfile } from './read-profile.ts';
