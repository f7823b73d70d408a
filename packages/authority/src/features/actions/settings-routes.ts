import { ActionSettings, ADMIN_PATHS, ChangeActionSettings } from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { actorOf } from '../../request-actor.ts';
import type { Actions } from './actions.ts';

/** GET and PATCH actionSettings. */
export function actionSettingsRoutes(app: HttpApp, settings: Actions['settings']): void {
  const tags = ['Actions'];
  app.get(
    ADMIN_PATHS.actionSettings,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'How long actions wait and are kept',
        tags,
        response: { 200: ActionSettings },
      },
    },
    async (request) => settings.read(actorOf(request)),
  );
  app.patch(
    ADMIN_PATHS.actionSettings,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Changes how long actions wait and are kept',
        tags,
        body: ChangeActionSettings,
        response: { 200: ActionSettings },
      },
    },
    async (request) => settings.change(actorOf(request), request.body),
  );
}
