import type { ActionKind, ActionResult, ActionState, Actor, HopPlace } from '@moorline/model';

export interface ActionTables {
  actions: {
    authority_id: string;
    id: string;
    device_id: string;
    /** The connector behind which the device is managed; null: here. */
    origin: string | null;
    kind: ActionKind;
    state: ActionState;
    requested_at: Date;
    expires_at: Date;
    requested_by: string;
    /** As whom it is carried out. */
    actor: Actor;
    /** It was requested for another authority, which is told of its hops. */
    is_relayed: boolean;
    result: ActionResult | null;
    hop_count: number;
    /** Of the last hop, by this authority's clock. */
    moved_at: Date;
  };
  action_hops: {
    authority_id: string;
    action_id: string;
    sequence: number;
    state: ActionState;
    at: Date;
    place: HopPlace;
    place_name: string;
    reason: string;
  };
}
