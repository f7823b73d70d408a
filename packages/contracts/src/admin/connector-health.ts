import { type Static, Type } from 'typebox';
import { CONNECTOR_STATUSES, Connector } from './connector.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const Count = Type.Union([Type.Integer(), Type.Null()]);
const Milliseconds = Type.Union([Type.Integer(), Type.Null()]);

export const CONNECTOR_ASPECTS = [
  'connection',
  'probe',
  'upload',
  'batches',
  'digests',
  'certificate',
  'endpoints',
  'identity',
] as const;

/** One thing that a connector's status is judged by. Those that cannot be judged now are left out. */
export const ConnectorAspect = Type.Object({
  aspect: Type.Enum([...CONNECTOR_ASPECTS]),
  status: Type.Enum([...CONNECTOR_STATUSES]),
  /** One sentence: what was found, and what to do about it when it is not healthy. */
  reason: Type.String(),
});
export type ConnectorAspect = Static<typeof ConnectorAspect>;

const ActionFigures = Type.Object({
  /** Actions that ended at the device in that time. */
  count: Type.Integer(),
  /** From the request to the end. */
  p50Ms: Milliseconds,
  p99Ms: Milliseconds,
});

/** GET configManagerConnectors/{id}: everything that is known of a connector. */
export const ConnectorDetail = Type.Object({
  ...Connector.properties,
  /** The site's name when it has the form of a site code, three letters or digits; else null. */
  siteCode: Text,
  /** Sites stand alone: there is none above and none below. */
  hierarchy: Type.Enum(['standAlone']),
  /** Null: tenants keep data in one place and have no regions. */
  region: Text,
  detachedDateTime: Text,
  detachedBy: Text,
  aspects: Type.Array(ConnectorAspect),
  connection: Type.Object({
    transport: Type.Union([Type.Enum(['webSocket', 'longPolling']), Type.Null()]),
    /** Where the uplink comes from; null while none is open. */
    remoteAddress: Text,
    /** Of the last probe, without the time that the site took. */
    roundTripMs: Milliseconds,
    lastSeenDateTime: Text,
    lastProbeDateTime: Text,
    uptime: Type.Object({
      /** Of the minutes that were looked at in the last 24 h; null when none was. */
      percent: Type.Union([Type.Number(), Type.Null()]),
      /** Quarters of an hour, oldest first, 96 of them. */
      buckets: Type.Array(
        Type.Object({
          startDateTime: Type.String(),
          /** Minutes that were looked at; 0: this tenant did not run, or did not know the site. */
          minutes: Type.Integer(),
          connectedMinutes: Type.Integer(),
          /** Middle of the round-trip times. */
          roundTripMs: Milliseconds,
        }),
      ),
    }),
  }),
  upload: Type.Object({
    uploaded: Type.Integer(),
    /** As the site reports it; null when it has not. */
    inScope: Count,
    excluded: Count,
    /** Changes that this tenant has not acknowledged, and the age of the oldest of them. */
    lagRows: Count,
    lagSeconds: Count,
    isPaused: Type.Boolean(),
    /** One sentence: what the upload does now; null when the site has not reported. */
    reason: Text,
    /** When everything in scope was last sent and acknowledged. */
    lastFullSyncDateTime: Text,
    /** Whether site and tenant hold the same devices; null before the first comparison. */
    digest: Type.Union([
      Type.Object({
        state: Type.Enum(['agrees', 'repairing', 'disagrees']),
        comparedDateTime: Type.String(),
        differingDevices: Type.Integer(),
      }),
      Type.Null(),
    ]),
    /** When the site said all this. */
    reportedDateTime: Text,
  }),
  actions: Type.Object({
    inFlight: Type.Integer(),
    lastHour: ActionFigures,
    lastDay: ActionFigures,
    oldestWaiting: Type.Union([
      Type.Object({
        id: Type.String(),
        action: Type.String(),
        managedDeviceId: Type.String(),
        requestedDateTime: Type.String(),
        reason: Type.String(),
      }),
      Type.Null(),
    ]),
  }),
  certificateRenewalDateTime: Text,
  /** As the site last saw them; null when it has not reported any. */
  endpoints: Type.Union([
    Type.Array(
      Type.Object({
        id: Type.String(),
        host: Type.String(),
        port: Type.Integer(),
        transport: Type.Enum(['https', 'webSocket']),
        critical: Type.Boolean(),
        status: Type.Enum(['pass', 'fail', 'notChecked']),
        result: Type.String(),
        checkedDateTime: Text,
      }),
    ),
    Type.Null(),
  ]),
  tenantVersion: Type.String(),
  tenantProtocolVersion: Type.Integer(),
  /** What the site's upgrade to this tenant's version would bring; empty when there is nothing. */
  upgradeUnlocks: Type.Array(Type.String()),
  /** What should be done, most urgent first; empty when nothing should. */
  recommendations: Type.Array(Type.Object({ id: Type.String(), text: Type.String() })),
});
export type ConnectorDetail = Static<typeof ConnectorDetail>;

/** POST configManagerConnectors/{id}/resync */
export const ResyncConnector = Type.Object(
  {
    /** Everything again, and not only what differs. */
    full: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ResyncConnector = Static<typeof ResyncConnector>;

/** POST configManagerConnectors/{id}/pauseUpload */
export const PauseConnectorUpload = Type.Object(
  { isPaused: Type.Boolean() },
  { additionalProperties: false },
);
export type PauseConnectorUpload = Static<typeof PauseConnectorUpload>;

/** GET configManagerConnectors/{id}/events: what happened to a connector, the last hundred of it, newest first. */
export const ConnectorEvent = Type.Object({
  id: Type.String(),
  kind: Type.Enum([
    'attached',
    'detached',
    'connected',
    'disconnected',
    'statusChanged',
    'certificateRenewed',
    'changeLogReplaced',
    'cloneRefused',
    'batchRefused',
  ]),
  severity: Type.Enum(['info', 'warning', 'error']),
  message: Type.String(),
  eventDateTime: Type.String(),
});
export type ConnectorEvent = Static<typeof ConnectorEvent>;
