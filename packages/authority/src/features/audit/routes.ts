import { ADMIN_PATHS, AuditEvent } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
import type { HttpApp } from '@moorline/http';
import { type AuthorityId, rfc3339 } from '@moorline/kernel';
import type { Actor, Permission } from '@moorline/model';
import { Type } from 'typebox';
import { readAudit, verifyChain } from './audit.ts';

/** GET auditEvents (paged by sequence, newest first) and GET auditEvents/verify; both need `audit.read`. */
export function auditRoutes(
  app: HttpApp,
  deps: {
    readonly authorityId: AuthorityId;
    readonly database: Database;
    /** Of the access feature, which records here: it is handed in, so that neither needs the other. */
    readonly authorize: (actor: Actor | null, permission: Permission) => void;
  },
): void {
  const { authorityId, database, authorize } = deps;
  app.get(
    ADMIN_PATHS.auditEvents,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Audit records, newest first',
        tags: ['Audit'],
        querystring: Type.Object(
          {
            $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
            $skiptoken: Type.Optional(Type.Integer({ minimum: 1 })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            '@odata.context': Type.String(),
            '@odata.nextLink': Type.Optional(Type.String()),
            value: Type.Array(AuditEvent),
          }),
        },
      },
    },
    async (request) => {
      authorize(request.actor, 'audit.read');
      const top = request.query.$top ?? 50;
      const before = request.query.$skiptoken;
      const rows = await database.read(authorityId, (tx) =>
        readAudit(tx, before === undefined ? { top } : { top, before }),
      );
      const last = rows.at(-1);
      return {
        '@odata.context': '/v1.0/$metadata#deviceManagement/auditEvents',
        ...(rows.length === top && last && last.sequence > 1
          ? {
              '@odata.nextLink': `${request.protocol}://${request.host}${ADMIN_PATHS.auditEvents}?$top=${top}&$skiptoken=${last.sequence}`,
            }
          : {}),
        value: rows.map((row) => ({
          id: String(row.sequence),
          sequence: row.sequence,
          activityDateTime: rfc3339(row.at),
          activity: row.activity,
          actor: row.actor,
          target: row.target,
          result: row.result,
          details: row.details,
          hash: row.hash,
        })),
      };
    },
  );

  app.get(
    `${ADMIN_PATHS.auditEvents}/verify`,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Recomputes the hash chain of the audit log',
        tags: ['Audit'],
        response: {
          200: Type.Object({
            isIntact: Type.Boolean(),
            records: Type.Integer(),
            /** Sequence of the first record that does not fit; null when intact. */
            brokenAt: Type.Union([Type.Integer(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      authorize(request.actor, 'audit.read');
      const verdict = await database.read(authorityId, (tx) => verifyChain(tx));
      return {
        isIntact: verdict.intact,
        records: verdict.records,
        brokenAt: verdict.intact ? null : verdict.brokenAt,
      };
    },
  );
}
