import {
  ACTION_FILE_LIMITS,
  ActionFileAnswer,
  ActionFileBody,
  ActionsAnswer,
  AGENT_LIMITS,
  AGENT_PATHS,
  DesiredAnswer,
  DocumentsAnswer,
  DocumentsBody,
  EnrolBody,
  IdentityAnswer,
  RECONNECT_SPREAD_HEADER,
  RenewBody,
  ReportsBody,
} from '@moorline/contracts/agent';
import type { AttemptLimiter, HttpApp, TokenBuckets } from '@moorline/http';
import type { DevicePort, IssuedIdentity } from '@moorline/model/ports';
import { Type } from 'typebox';
import { type DeviceAccess, spend } from './device-access.ts';
import { agentErrors } from './errors.ts';
import type { ReconnectSpread } from './reconnect-spread.ts';
import { stateDocuments } from './state-documents.ts';
import { actionId, checkTime } from './wire-checks.ts';

/** The requests of the agent protocol. @spec docs/protocols/agent.md §3–§7 */
export function registerAgentRoutes(
  app: HttpApp,
  deps: {
    readonly devicePort: DevicePort;
    readonly access: DeviceAccess;
    readonly authorityName: string;
    readonly limiter: AttemptLimiter;
    readonly documents: TokenBuckets;
    readonly spread: ReconnectSpread;
  },
): void {
  const { devicePort, access, limiter } = deps;
  const byDevice = {
    config: { access: 'peer' },
    onRequest: access.onRequest,
  } as const;
  const identityAnswer = (identity: IssuedIdentity): IdentityAnswer => ({
    ...identity,
    authorityName: deps.authorityName,
  });
  const storing = new Set<string>();

  app.post(
    AGENT_PATHS.enrol,
    {
      config: { access: 'public' },
      bodyLimit: AGENT_LIMITS.enrolBytes,
      schema: { body: EnrolBody, response: { 200: IdentityAnswer } },
    },
    async (request) => {
      const { token, csr, deviceName, clientVersion } = request.body;
      const identity = await limiter.attempt(request.ip, () =>
        devicePort.enrol({ token, csr, deviceName, clientVersion, remoteAddress: request.ip }),
      );
      return identityAnswer(identity);
    },
  );

  app.post(
    AGENT_PATHS.renew,
    {
      ...byDevice,
      bodyLimit: AGENT_LIMITS.enrolBytes,
      schema: { body: RenewBody, response: { 200: IdentityAnswer } },
    },
    async (request) =>
      identityAnswer(await devicePort.renew(access.deviceOf(request), request.body.csr)),
  );

  app.post(
    AGENT_PATHS.documents,
    {
      config: { access: 'peer', gzip: true },
      // Before the body is read: what is refused here costs nothing more.
      onRequest: [
        access.onRequest,
        async (request) => spend(deps.documents, access.deviceOf(request)),
      ],
      bodyLimit: AGENT_LIMITS.documentsBytes,
      schema: { body: DocumentsBody, response: { 200: DocumentsAnswer } },
    },
    async (request) => {
      const device = access.deviceOf(request);
      const documents = stateDocuments(request.body);
      if (storing.has(device.deviceId))
        throw agentErrors.documentsUnderWay({ retryAfterSeconds: 1 });
      storing.add(device.deviceId);
      try {
        const { stored, resync } = await devicePort.putDocuments(device, documents);
        if (resync.length > 0) throw agentErrors.resync({ count: resync.length, stored, resync });
        return { stored: [...stored], resync: [] };
      } finally {
        storing.delete(device.deviceId);
      }
    },
  );

  app.get(
    AGENT_PATHS.desired,
    {
      ...byDevice,
      schema: {
        querystring: Type.Object(
          { cursor: Type.Optional(Type.String({ maxLength: 256 })) },
          { additionalProperties: false },
        ),
        response: { 200: DesiredAnswer },
      },
    },
    async (request, reply) => {
      const device = access.deviceOf(request);
      reply.header(RECONNECT_SPREAD_HEADER, deps.spread.seconds());
      const [state, actions] = await Promise.all([
        devicePort.desiredState(device, request.query.cursor ?? null),
        devicePort.waitingActions(device),
      ]);
      return {
        cursor: state.cursor,
        documents: state.documents.map((document) => ({ ...document })),
        removed: [...state.removed],
        actionsWaiting: actions.length > 0,
      };
    },
  );

  app.get(
    AGENT_PATHS.actions,
    { ...byDevice, schema: { response: { 200: ActionsAnswer } } },
    async (request) => {
      const all = await devicePort.waitingActions(access.deviceOf(request));
      const cancelled = all.flatMap((action) => (action.isCancelled ? [action.id] : []));
      return {
        actions: all
          .filter((action) => !action.isCancelled)
          .map(({ id, kind, expiresAt, parameters }) => ({
            id,
            kind,
            expiresAt,
            ...(parameters ? { parameters: { ...parameters } } : {}),
          })),
        ...(cancelled.length > 0 ? { cancelled } : {}),
      };
    },
  );

  app.post(
    AGENT_PATHS.files,
    {
      ...byDevice,
      bodyLimit: ACTION_FILE_LIMITS.bodyBytes,
      schema: { body: ActionFileBody, response: { 200: ActionFileAnswer } },
    },
    async (request) => {
      const { id, data, ...piece } = request.body;
      const receivedBytes = await devicePort.putActionFile(access.deviceOf(request), {
        ...piece,
        id: actionId('id', id),
        data: Buffer.from(data, 'base64'),
      });
      return { receivedBytes };
    },
  );

  app.post(
    AGENT_PATHS.reports,
    {
      ...byDevice,
      bodyLimit: AGENT_LIMITS.reportsBytes,
      schema: { body: ReportsBody, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const reports = request.body.reports.map((report, index) => {
        checkTime(`reports.${index}.at`, report.at);
        return { ...report, id: actionId(`reports.${index}.id`, report.id) };
      });
      await devicePort.reportActions(access.deviceOf(request), reports);
      return reply.code(204).send(null);
    },
  );
}
