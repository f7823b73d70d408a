import type { InventoryRow } from '@moorline/model';
import type { Persona } from '../organization/persona.ts';
import type { Moment } from '../population.ts';
import type { FleetProfile } from '../profile/fleet-profile.ts';
import type { Seed } from '../random/draw.ts';

/** What rows follow from. */
export interface RowContext {
  readonly profile: FleetProfile;
  readonly seed: Seed;
  readonly persona: Persona;
  readonly moment: Moment;
}

/** The rows of one class. */
export type Rows = (context: RowContext) => readonly InventoryRow[];
