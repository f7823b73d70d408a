import { inventoryClass } from '@moorline/model';
import { rowsOf } from '../documents/rows.ts';
import type { Population } from '../population.ts';
import type { FleetProfile } from '../profile/fleet-profile.ts';
import { CHAOS_LINKS } from '../profile/organization.ts';
import { seedOf } from '../random/draw.ts';
import { clockErrorOf, fateOf, linkOf } from './faults.ts';
import { type Persona, personaOf } from './persona.ts';
import { presenceOf } from './presence.ts';

/** The devices of an organization from number `first` on; nothing is kept but the one that was asked for last. */
export function createPopulation(
  declared: FleetProfile,
  options: { readonly seed: string; readonly first: number; readonly chaos: boolean },
): Population {
  const profile = options.chaos ? { ...declared, links: CHAOS_LINKS } : declared;
  const seed = seedOf(options.seed);
  let last: Persona | undefined;
  const persona = (index: number): Persona => {
    const number = options.first + index;
    if (last?.number !== number) last = personaOf(profile, seed, number);
    return last;
  };
  return {
    classes: profile.classes.flatMap((name) => inventoryClass(name) ?? []),
    nameOf: (index) => persona(index).name,
    rowsOf: (index, of, moment) =>
      rowsOf({ profile, seed, persona: persona(index), moment }, of.name),
    presenceOf: (index, nowMs) => presenceOf(profile, seed, persona(index), nowMs),
    linkOf: (index) => linkOf(profile, seed, options.first + index),
    clockErrorOf: (index) => clockErrorOf(profile, seed, options.first + index),
    fateOf: (index, actionId, kind) => fateOf(profile, seed, options.first + index, actionId, kind),
  };
}
