import { printCsdl, type ServiceModel } from '@moorline/codecs/odata';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { GRAPH_ACTION_KINDS } from '@moorline/model';
import { DEVICE_ACTION } from '../actions/index.ts';
import { MANAGED_DEVICE, MANAGED_DEVICE_OVERVIEW, OVERVIEW_TYPES } from '../devices/index.ts';
import { COLLECTION } from '../groups/index.ts';

const GRAPH = 'microsoft.graph';

const SERVICE: ServiceModel = {
  singleton: {
    namespace: GRAPH,
    name: 'deviceManagement',
    collections: {
      managedDevices: MANAGED_DEVICE,
      actions: DEVICE_ACTION,
      configManagerCollections: COLLECTION,
    },
    entities: { managedDeviceOverview: MANAGED_DEVICE_OVERVIEW },
  },
  complexTypes: [
    ...OVERVIEW_TYPES,
    {
      namespace: GRAPH,
      name: 'configurationManagerAction',
      properties: { action: `${GRAPH}.configurationManagerActionType` },
    },
  ],
  enumerations: [
    { namespace: GRAPH, name: 'configurationManagerActionType', members: GRAPH_ACTION_KINDS },
  ],
  actions: [
    {
      entity: MANAGED_DEVICE,
      name: 'triggerConfigurationManagerAction',
      parameter: {
        name: 'configurationManagerAction',
        type: `${GRAPH}.configurationManagerAction`,
      },
    },
  ],
};

/** $metadata: what is served, as CSDL XML, from the descriptions that queries are checked against. */
export function metadataRoute(app: HttpApp): void {
  const xml = printCsdl(SERVICE);
  app.get(
    ADMIN_PATHS.metadata,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'The entity model, as CSDL XML',
        tags: ['Graph'],
        response: {
          200: { type: 'string', content: { 'application/xml': { schema: { type: 'string' } } } },
        },
      },
    },
    async (_request, reply) => reply.type('application/xml').send(xml),
  );
}
