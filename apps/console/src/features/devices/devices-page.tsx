import {
  Button,
  makeStyles,
  mergeClasses,
  SearchBox,
  Spinner,
  Text,
  Toolbar,
  tokens,
} from '@fluentui/react-components';
import {
  ArrowClockwiseRegular,
  ArrowDownloadRegular,
  DismissRegular,
  LaptopRegular,
  SearchRegular,
} from '@fluentui/react-icons';
import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouterState } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSession } from '../../app/session.tsx';
import { formatNumber } from '../../ui/format.ts';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { ColumnChooser, useColumnChoice } from './column-chooser.tsx';
import { DeviceGrid, type GridPosition } from './device-grid.tsx';
import { deviceOverviewQuery } from './device-queries.ts';
import {
  DEVICE_FILTER_NAMES,
  DEVICE_FILTERS,
  type DeviceSearch,
  deviceListOptions,
  isNarrowed,
  OS_NOT_TOLD,
} from './device-search.ts';
import { useDeviceSelection } from './device-selection.ts';
import { exportDevices } from './export-devices.ts';
import { FilterPill } from './filter-pill.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { useDeviceList } from './use-device-list.ts';

const SEARCH_REST_MS = 250;

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: 0,
  },
  search: { width: '280px', maxWidth: '100%' },
  count: { color: tokens.colorNeutralForeground2, marginLeft: 'auto' },
  commands: { marginTop: '-8px' },
});

const route = getRouteApi('/inside/devices');

/** Where lists were left, by the entry of the browser's history: going back leads to the same rows. */
const positions = new Map<string, GridPosition>();

export function DevicesPage() {
  const styles = useStyles();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const entry = useHistoryEntry();
  const { authority, permissions } = useSession();
  const choice = useColumnChoice(authority.kind === 'site' ? ['connectorName'] : []);
  const wanted = useMemo(() => deviceListOptions(search), [search]);
  const list = useDeviceList(wanted);
  const selection = useDeviceSelection(list.options);
  const refresh = (): void => void queryClient.invalidateQueries({ queryKey: ['devices'] });

  const change = useCallback(
    (part: Partial<Record<keyof DeviceSearch, string | undefined>>): void => {
      void navigate({
        search: (present) =>
          Object.fromEntries(
            Object.entries({ ...present, ...part }).filter(([, value]) => value !== undefined),
          ),
        replace: true,
      });
    },
    [navigate],
  );
  // What there is to filter by can wait for the rows.
  const overview = useQuery({ ...deviceOverviewQuery, enabled: list.total !== undefined });
  const systems = overview.data?.operatingSystems.map((each) => each.operatingSystem) ?? [];
  const connectors = overview.data?.connectors ?? [];
  const narrowed = isNarrowed(search);
  const orderBy = wanted.orderBy?.[0];

  return (
    <Page title="Devices" filled badges={<LiveBadge />}>
      <Toolbar aria-label="Devices" className={mergeClasses(styles.bar, styles.commands)}>
        <RefreshButton onRefresh={refresh} />
        <ExportButton
          isEmpty={!list.total}
          run={(progress) => exportDevices(wanted, choice.columns, progress)}
        />
        <ColumnChooser choice={choice} />
      </Toolbar>
      <div className={styles.bar}>
        <DeviceSearchBox value={search.q ?? ''} onChange={(q) => change({ q: q || undefined })} />
        <FilterPill
          title="OS"
          choices={systemChoices([...systems, ...(search.os === undefined ? [] : [search.os])])}
          value={search.os}
          onChange={(os) => change({ os })}
        />
        {authority.kind === 'tenant' ? (
          <FilterPill
            title="Site"
            choices={Object.fromEntries(
              connectors.flatMap(({ connectorId, connectorName }) =>
                connectorId === null
                  ? []
                  : [[connectorId, visibleText(connectorName ?? connectorId)]],
              ),
            )}
            value={search.connector}
            onChange={(connector) => change({ connector })}
          />
        ) : null}
        {DEVICE_FILTER_NAMES.map((name) => (
          <FilterPill
            key={name}
            title={DEVICE_FILTERS[name].title}
            choices={DEVICE_FILTERS[name].choices}
            value={search[name]}
            onChange={(value) => change({ [name]: value })}
          />
        ))}
        {narrowed ? (
          <Button
            size="small"
            appearance="subtle"
            icon={<DismissRegular />}
            onClick={() => void navigate({ search: search.sort ? { sort: search.sort } : {} })}
          >
            Clear
          </Button>
        ) : null}
        {list.total === undefined ? null : (
          <Text className={styles.count} aria-live="polite">
            {formatNumber(list.total)} {list.total === 1 ? 'device' : 'devices'}
          </Text>
        )}
      </div>
      {list.error ? (
        <ErrorNotice
          error={list.error}
          title={
            list.total === undefined
              ? 'The devices could not be read'
              : 'The list could not be brought up to date'
          }
          onRetry={refresh}
        />
      ) : null}
      {list.total === undefined && !list.error ? <Loading label="Reading devices" /> : null}
      <SelectionBar selection={selection} total={list.total ?? 0} />
      {list.options && list.total ? (
        <DeviceGrid
          selection={selection}
          options={list.options}
          columns={choice.columns}
          total={list.total}
          isBusy={list.options !== wanted}
          sort={{
            field: orderBy?.field ?? 'deviceName',
            descending: orderBy?.descending ?? false,
          }}
          onSort={({ field, descending }) => change({ sort: descending ? `-${field}` : field })}
          onOpen={(device) =>
            void navigate({ to: '/devices/$deviceId', params: { deviceId: device.id }, search: {} })
          }
          start={positions.get(entry)}
          onLeave={(position) => positions.set(entry, position)}
        />
      ) : null}
      {list.total === 0 && narrowed ? (
        <EmptyState
          icon={<SearchRegular />}
          title="No device matches"
          action={
            <Button onClick={() => void navigate({ search: {} })}>Clear search and filters</Button>
          }
        >
          Check the spelling, or take a filter away.
        </EmptyState>
      ) : null}
      {list.total === 0 && !narrowed ? (
        <EmptyState
          icon={<LaptopRegular />}
          title="No devices yet"
          action={
            permissions.includes('enrolment.manage') ? (
              <TextLink to="/enrolment-tokens">Create an enrolment token</TextLink>
            ) : undefined
          }
        >
          {authority.kind === 'tenant'
            ? 'Attach a site, and its devices appear here; or enrol a device in this tenant with an enrolment token.'
            : 'Enrol a device with an enrolment token: it appears here within seconds.'}
        </EmptyState>
      ) : null}
    </Page>
  );
}

/** Turns while anything of the list is read: by itself, since the page need not be drawn again for that. */
function RefreshButton({ onRefresh }: { onRefresh: () => void }) {
  const isReading = useIsFetching({ queryKey: ['devices'] }) > 0;
  return (
    <Button
      appearance="subtle"
      icon={isReading ? <Spinner size="tiny" /> : <ArrowClockwiseRegular />}
      onClick={onRefresh}
    >
      Refresh
    </Button>
  );
}

/** The key of this page's entry in the browser's history, also while it is being left. */
function useHistoryEntry(): string {
  const key = useRouterState({
    select: ({ location }) =>
      location.pathname === '/devices' ? location.state.__TSR_key : undefined,
  });
  const [entry, setEntry] = useState(key ?? '');
  if (key !== undefined && key !== entry) setEntry(key);
  return entry;
}

function systemChoices(names: readonly (string | null)[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.map((name) => [
      name ?? OS_NOT_TOLD,
      name === null || name === OS_NOT_TOLD ? 'Not told' : visibleText(name),
    ]),
  );
}

/** Searches once the typing rests, and follows the address when that changes. */
function DeviceSearchBox({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string) => void;
}) {
  const styles = useStyles();
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    const text = typed.trim();
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, SEARCH_REST_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <SearchBox
      className={styles.search}
      placeholder="Search by name, model, serial number"
      aria-label="Search devices"
      value={typed}
      onChange={(_, data) => setTyped(data.value)}
      maxLength={200}
    />
  );
}

function ExportButton({
  isEmpty,
  run,
}: {
  isEmpty: boolean;
  run: (progress: { onRows: (count: number) => void; signal: AbortSignal }) => Promise<number>;
}) {
  const { done, failed } = useToasts();
  const [rows, setRows] = useState<number | null>(null);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const start = async (): Promise<void> => {
    stop.current = new AbortController();
    setRows(0);
    try {
      const count = await run({ onRows: setRows, signal: stop.current.signal });
      done(`Exported ${formatNumber(count)} ${count === 1 ? 'device' : 'devices'}.`);
    } catch (error) {
      if (!stop.current.signal.aborted) failed(error);
    } finally {
      setRows(null);
    }
  };
  if (rows !== null) {
    return (
      <Button
        appearance="subtle"
        icon={<Spinner size="tiny" />}
        onClick={() => stop.current?.abort()}
      >
        Exporting {formatNumber(rows)}… Cancel
      </Button>
    );
  }
  return (
    <Button
      appearance="subtle"
      icon={<ArrowDownloadRegular />}
      disabled={isEmpty}
      onClick={() => void start()}
    >
      Export
    </Button>
  );
}
