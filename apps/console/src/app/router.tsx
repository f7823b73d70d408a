import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { validateActionsSearch } from '../features/actions/actions-search.ts';
import {
  validateCollectionPageSearch,
  validateCollectionsSearch,
} from '../features/collections/collections-search.ts';
import { validateDevicePageSearch } from '../features/devices/device-page-search.ts';
import { deviceListOptions, validateDeviceSearch } from '../features/devices/device-search.ts';
import { deviceTotalQuery, deviceWindowQuery } from '../features/devices/device-windows.ts';
import { Loading } from '../ui/notices.tsx';
import { NotFound, PageError } from './failures.tsx';
import { safeReturnPath } from './return-path.ts';
import { sessionQuery } from './session.tsx';
import { Shell } from './shell.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { returnTo?: string } =>
    typeof search.returnTo === 'string' ? { returnTo: safeReturnPath(search.returnTo) } : {},
  component: lazyRouteComponent(() => import('../features/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const setPassword = createRoute({
  getParentRoute: () => root,
  path: '/set-password',
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in' });
  },
  component: lazyRouteComponent(
    () => import('../features/sign-in/set-password-page.tsx'),
    'SetPasswordPage',
  ),
});

/** Everything behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session) {
      const returnTo = location.pathname + location.searchStr;
      throw redirect({ to: '/sign-in', search: returnTo === '/' ? {} : { returnTo } });
    }
    if (session.mustSetPassword) throw redirect({ to: '/set-password' });
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/home-page.tsx'), 'HomePage'),
});
const devices = createRoute({
  getParentRoute: () => inside,
  path: '/devices',
  validateSearch: validateDeviceSearch,
  // The first rows are on their way while the page's code is.
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => {
    const options = deviceListOptions(deps);
    void queryClient.prefetchQuery(deviceWindowQuery(options, 0));
    void queryClient.prefetchQuery(deviceTotalQuery(options));
  },
  component: lazyRouteComponent(
    () => import('../features/devices/devices-page.tsx'),
    'DevicesPage',
  ),
});
const device = createRoute({
  getParentRoute: () => inside,
  path: '/devices/$deviceId',
  validateSearch: validateDevicePageSearch,
  component: lazyRouteComponent(() => import('../features/devices/device-page.tsx'), 'DevicePage'),
});
const collections = createRoute({
  getParentRoute: () => inside,
  path: '/collections',
  validateSearch: validateCollectionsSearch,
  component: lazyRouteComponent(
    () => import('../features/collections/collections-page.tsx'),
    'CollectionsPage',
  ),
});
const newCollection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/new',
  component: lazyRouteComponent(
    () => import('../features/collections/new-collection-page.tsx'),
    'NewCollectionPage',
  ),
});
const collection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/$collectionId',
  validateSearch: validateCollectionPageSearch,
  component: lazyRouteComponent(
    () => import('../features/collections/collection-page.tsx'),
    'CollectionPage',
  ),
});
const actions = createRoute({
  getParentRoute: () => inside,
  path: '/actions',
  validateSearch: validateActionsSearch,
  component: lazyRouteComponent(
    () => import('../features/actions/actions-page.tsx'),
    'ActionsPage',
  ),
});
const bulkAction = createRoute({
  getParentRoute: () => inside,
  path: '/bulk-actions/$bulkActionId',
  component: lazyRouteComponent(
    () => import('../features/actions/bulk-action-page.tsx'),
    'BulkActionPage',
  ),
});
const connectors = createRoute({
  getParentRoute: () => inside,
  path: '/connectors',
  component: lazyRouteComponent(
    () => import('../features/connectors/connectors-page.tsx'),
    'ConnectorsPage',
  ),
});
const connector = createRoute({
  getParentRoute: () => inside,
  path: '/connectors/$connectorId',
  component: lazyRouteComponent(
    () => import('../features/connectors/connector-page.tsx'),
    'ConnectorPage',
  ),
});
const cloudAttach = createRoute({
  getParentRoute: () => inside,
  path: '/cloud-attach',
  component: lazyRouteComponent(
    () => import('../features/cloud-attach/cloud-attach-page.tsx'),
    'CloudAttachPage',
  ),
});
const configureCloudAttach = createRoute({
  getParentRoute: () => inside,
  path: '/cloud-attach/configure/$step',
  component: lazyRouteComponent(
    () => import('../features/cloud-attach/wizard/wizard-page.tsx'),
    'WizardPage',
  ),
});
const cloudAttachProperties = createRoute({
  getParentRoute: () => inside,
  path: '/cloud-attach/properties',
  component: lazyRouteComponent(
    () => import('../features/cloud-attach/properties-page.tsx'),
    'CloudAttachPropertiesPage',
  ),
});
const enrolmentTokens = createRoute({
  getParentRoute: () => inside,
  path: '/enrolment-tokens',
  component: lazyRouteComponent(
    () => import('../features/enrolment/enrolment-tokens-page.tsx'),
    'EnrolmentTokensPage',
  ),
});
const clientSettings = createRoute({
  getParentRoute: () => inside,
  path: '/client-settings',
  component: lazyRouteComponent(
    () => import('../features/policy/client-settings-page.tsx'),
    'ClientSettingsPage',
  ),
});
const administrators = createRoute({
  getParentRoute: () => inside,
  path: '/administrators',
  component: lazyRouteComponent(
    () => import('../features/access/administrators-page.tsx'),
    'AdministratorsPage',
  ),
});
const roles = createRoute({
  getParentRoute: () => inside,
  path: '/roles',
  component: lazyRouteComponent(() => import('../features/access/roles-page.tsx'), 'RolesPage'),
});
const apiTokens = createRoute({
  getParentRoute: () => inside,
  path: '/api-tokens',
  component: lazyRouteComponent(
    () => import('../features/access/api-tokens-page.tsx'),
    'ApiTokensPage',
  ),
});
const auditLogs = createRoute({
  getParentRoute: () => inside,
  path: '/audit-logs',
  component: lazyRouteComponent(
    () => import('../features/audit/audit-logs-page.tsx'),
    'AuditLogsPage',
  ),
});

const tree = root.addChildren([
  signIn,
  setPassword,
  inside.addChildren([
    home,
    devices,
    device,
    collections,
    newCollection,
    collection,
    actions,
    bulkAction,
    connectors,
    connector,
    cloudAttach,
    configureCloudAttach,
    cloudAttachProperties,
    enrolmentTokens,
    clientSettings,
    administrators,
    roles,
    apiTokens,
    auditLogs,
  ]),
]);

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFound,
    defaultPendingComponent: () => <Loading label="Loading" />,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
