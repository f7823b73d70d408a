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
    bulk_id: string | null;
    /** The device that carries it out in the place of the one that it is for. */
    performer_id: string | null;
    /** What the kind needs to be told. */
    parameters: Readonly<Record<string, string>> | null;
    cancel_requested_at: Date | null;
    cancel_requested_by: string | null;
    /** As whom the cancellation is carried out elsewhere. */
    cancel_actor: Actor | null;
    cancel_reason: string | null;
    /** Whoever has it is still to be told, or to answer. */
    cancel_open: boolean;
  };
  bulk_actions: {
    authority_id: string;
    id: string;
    kind: ActionKind;
    requested_at: Date;
    expires_at: Date;
    requested_by: string;
    actor: Actor;
    /** Of the requester and the id that they gave the request; null: none. */
    request_key: string | null;
    devices_hash: string;
    device_count: number;
    cancelled_at: Date | null;
    cancelled_by: string | null;
  };
  bulk_action_devices: {
    authority_id: string;
    bulk_id: string;
    device_id: string;
    outcome: BulkOutcome;
    reason: string | null;
  };
  action_files: {
    authority_id: string;
    action_id: string;
    size_bytes: string;
    sha256: string;
    stored_at: Date;
  };
  action_settings: { authority_id: string; settings: unknown };
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

/** What came of one device of a bulk action; `waiting`: nothing yet. */
export type BulkOutcome = 'waiting' | 'accepted' | 'notFound' | 'notSupported' | 'failed';
