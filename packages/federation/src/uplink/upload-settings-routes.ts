import {
  ADMIN_PATHS,
  AttachPlan,
  PlanAttach,
  PreviewUpload,
  ResyncUpload,
  UpdateUploadSettings,
  UploadPreview,
  UploadSettings,
  UploadState,
} from '@moorline/contracts/admin';
import { expectedVersion, type HttpApp, versionTag } from '@moorline/http';
import type { Actor } from '@moorline/model';
import type { Authorize } from '../ports.ts';
import { actorOf } from '../request-actor.ts';
import { uploadErrors } from './errors.ts';
import type { UploadChoices } from './upload-settings.ts';

/** Routes of what leaves this site, and of how its upload goes. */
export function registerUploadSettingsRoutes(
  app: HttpApp,
  deps: {
    readonly authorize: Authorize;
    readonly choices: UploadChoices;
    readonly preview: (change: PreviewUpload) => Promise<UploadPreview>;
    readonly plan: (actor: Actor, body: PlanAttach) => Promise<AttachPlan>;
    readonly uploadState: () => Promise<UploadState>;
    readonly resync: (full: boolean) => Promise<void>;
  },
): void {
  const { authorize, choices } = deps;

  app.get(
    ADMIN_PATHS.uploadSettings,
    { config: { access: 'actor' }, schema: { response: { 200: UploadSettings } } },
    async (request, reply) => {
      await authorize(actorOf(request), 'connectors.read');
      const { settings, version } = await choices.current();
      return reply.header('etag', versionTag(version)).send(settings);
    },
  );

  app.patch(
    ADMIN_PATHS.uploadSettings,
    {
      config: { access: 'actor' },
      schema: { body: UpdateUploadSettings, response: { 200: UploadSettings } },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      const expected = expectedVersion(request, uploadErrors.changedMeanwhile);
      const { settings, version } = await choices.change(actor, request.body, expected);
      return reply.header('etag', versionTag(version)).send(settings);
    },
  );

  app.post(
    ADMIN_PATHS.uploadPreview,
    {
      config: { access: 'actor' },
      schema: { body: PreviewUpload, response: { 200: UploadPreview } },
    },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.read');
      // It shows devices, whoever may see them elsewhere.
      await authorize(actor, 'devices.read');
      return deps.preview(request.body);
    },
  );

  app.post(
    ADMIN_PATHS.attachPlan,
    { config: { access: 'actor' }, schema: { body: PlanAttach, response: { 200: AttachPlan } } },
    async (request) => {
      const actor = actorOf(request);
      // With a token the site connects to where the token says: that is for who may attach it.
      await authorize(actor, 'connectors.manage');
      return deps.plan(actor, request.body);
    },
  );

  app.get(
    ADMIN_PATHS.upload,
    { config: { access: 'actor' }, schema: { response: { 200: UploadState } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.read');
      return deps.uploadState();
    },
  );

  app.post(
    ADMIN_PATHS.resyncUpload,
    { config: { access: 'actor' }, schema: { body: ResyncUpload, response: { 200: UploadState } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.manage');
      await deps.resync(request.body.full === true);
      return deps.uploadState();
    },
  );
}
