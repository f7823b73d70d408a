import type { GeneratedAlways } from 'kysely';
import type { GroupRule } from './rule.ts';

export interface GroupTables {
  groups: {
    authority_id: string;
    id: string;
    number: number;
    name: string;
    name_key: GeneratedAlways<string>;
    description: string;
    is_built_in: boolean;
    limiting_id: string | null;
    rules: readonly GroupRule[];
    version: string;
    /** Of built-in groups always 0: theirs is counted when it is asked for. */
    member_count: string;
    created_at: Date;
    changed_at: Date;
    checked_at: Date | null;
    check_ms: number | null;
  };
  group_members: { authority_id: string; group_id: string; device_id: string };
  /** Groups that decide which devices another authority is told of: who enters and leaves is in the change log. */
  followed_groups: { authority_id: string; group_id: string; is_excluded: boolean };
  /** When a device's time-dependent memberships are to be looked at again. */
  group_wakes: { authority_id: string; device_id: string; wake_at: Date };
}

/** What a change is about besides the class whose document changed. */
export const SOURCE = { everything: '*', time: '@', group: '#' } as const;
