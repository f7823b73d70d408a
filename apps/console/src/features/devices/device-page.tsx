import {
  Badge,
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  makeStyles,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components';
import { LaptopRegular } from '@fluentui/react-icons';
import { AdminApiError } from '@moorline/admin-client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { ActionTrailPanel } from '../actions/action-trail-panel.tsx';
import { DeviceActions } from '../actions/device-actions.tsx';
import { deviceTitle } from './device-columns.tsx';
import { DeviceCommands } from './device-commands.tsx';
import { DeviceOverview } from './device-overview.tsx';
import { DEVICE_TABS, type DevicePageSearch } from './device-page-search.ts';
import { deviceQuery } from './device-queries.ts';
import { MANAGED_BY_NAMES } from './device-search.ts';

const HardwareTab = lazy(async () => ({
  default: (await import('../inventory/hardware-tab.tsx')).HardwareTab,
}));
const ResourceExplorer = lazy(async () => ({
  default: (await import('../inventory/resource-explorer.tsx')).ResourceExplorer,
}));
const DeviceCollections = lazy(async () => ({
  default: (await import('../collections/device-collections.tsx')).DeviceCollections,
}));

const TAB_NAMES = {
  overview: 'Overview',
  hardware: 'Hardware',
  explorer: 'Resource explorer',
  collections: 'Collections',
  actions: 'Actions',
} as const;

const useStyles = makeStyles({
  crumbs: { marginBottom: '-12px' },
  tabs: {
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    overflowX: 'auto',
    flexShrink: 0,
  },
  tabList: { marginLeft: '-12px' },
});

const route = getRouteApi('/inside/devices/$deviceId');

export function DevicePage() {
  const styles = useStyles();
  const { deviceId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: device, error, isPending, refetch } = useQuery(deviceQuery(deviceId));
  const tab = search.tab ?? 'overview';
  const show = (next: DevicePageSearch): void => void navigate({ search: next, replace: true });

  if (isPending) return <Loading label="Reading the device" />;
  if (!device) {
    const isGone = error instanceof AdminApiError && error.status === 404;
    return (
      <Page title="Device">
        {isGone ? (
          <EmptyState
            icon={<LaptopRegular />}
            title="There is no such device"
            action={<TextLink to="/devices">All devices</TextLink>}
          >
            It may have been removed, or have left the scope of the site that uploads it.
          </EmptyState>
        ) : (
          <ErrorNotice
            error={error}
            title="The device could not be read"
            onRetry={() => void refetch()}
          />
        )}
      </Page>
    );
  }
  const openTrail = (action: string): void => show({ ...search, action });
  return (
    <>
      <Page
        title={deviceTitle(device)}
        heading={device.deviceName ? <Reported text={device.deviceName} /> : deviceTitle(device)}
        badges={
          <>
            <Badge
              appearance="tint"
              size="large"
              color={device.online ? 'success' : 'informative'}
              role="status"
            >
              {statusOf(device)}
            </Badge>
            <Badge appearance="outline" size="large" color="informative">
              <span>
                Managed by {managedBy(device.managementAgent)}
                {device.connectorName ? (
                  <>
                    {' '}
                    <Reported text={device.connectorName} />
                  </>
                ) : null}
              </span>
            </Badge>
          </>
        }
      >
        <Breadcrumb className={styles.crumbs} aria-label="Path" style={{ order: -1 }}>
          <BreadcrumbItem>
            <TextLink to="/devices">Devices</TextLink>
          </BreadcrumbItem>
          <BreadcrumbDivider />
          <BreadcrumbItem>
            <Reported text={deviceTitle(device)} />
          </BreadcrumbItem>
        </Breadcrumb>
        <DeviceCommands device={device} onRequested={openTrail} />
        <div className={styles.tabs}>
          <TabList
            className={styles.tabList}
            selectedValue={tab}
            onTabSelect={(_, data) => {
              const next = DEVICE_TABS.find((known) => known === data.value);
              if (next) show(next === 'overview' ? {} : { tab: next });
            }}
          >
            {DEVICE_TABS.map((name) => (
              <Tab key={name} value={name} id={`tab-${name}`} aria-controls="tab-panel">
                {TAB_NAMES[name]}
              </Tab>
            ))}
          </TabList>
        </div>
        <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
          <Suspense fallback={<Loading label="Loading" />}>
            {tab === 'overview' ? <DeviceOverview device={device} onOpenTrail={openTrail} /> : null}
            {tab === 'hardware' ? <HardwareTab deviceId={device.id} /> : null}
            {tab === 'explorer' ? (
              <ResourceExplorer
                deviceId={device.id}
                search={search}
                onShow={(next) => show({ ...next, tab: 'explorer' })}
              />
            ) : null}
            {tab === 'collections' ? <DeviceCollections device={device} /> : null}
            {tab === 'actions' ? (
              <DeviceActions deviceId={device.id} onOpenTrail={openTrail} />
            ) : null}
          </Suspense>
        </div>
      </Page>
      <ActionTrailPanel
        actionId={search.action}
        onClose={() => {
          const { action: _, ...rest } = search;
          show(rest);
        }}
      />
    </>
  );
}

function managedBy(agent: keyof typeof MANAGED_BY_NAMES): string {
  const name = MANAGED_BY_NAMES[agent];
  return name === 'Co-managed' ? 'tenant and site' : name.toLowerCase();
}

function statusOf({ online }: { readonly online: boolean | null }): string {
  if (online === null) return 'Status not uploaded';
  return online ? 'Online' : 'Offline';
}
