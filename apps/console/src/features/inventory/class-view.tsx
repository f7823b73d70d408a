import {
  Button,
  Field,
  Input,
  Menu,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from '@fluentui/react-components';
import { ArrowDownloadRegular, ArrowSyncRegular } from '@fluentui/react-icons';
import type { InventoryClassOverview } from '@moorline/admin-client';
import type { InventoryClassAnswer } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { formatNumber, titleOfColumn } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { ClassDifference } from './class-difference.tsx';
import { ClassRows } from './class-rows.tsx';
import { inventoryHistoryQuery } from './inventory-queries.ts';
import type { ExplorerSearch } from './resource-explorer.tsx';

const DAY_MS = 86_400_000;
const HISTORY_DAYS = 90;
const PERIODS_SHOWN = 8;

const useStyles = makeStyles({
  content: { minWidth: 0, display: 'grid', gap: tokens.spacingVerticalM },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  bar: {
    display: 'flex',
    gap: tokens.spacingHorizontalM,
    alignItems: 'end',
    flexWrap: 'wrap',
  },
  age: { alignSelf: 'center', marginRight: 'auto' },
  days: {
    display: 'flex',
    gap: tokens.spacingHorizontalXS,
    alignItems: 'center',
    flexWrap: 'wrap',
  },
});

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** One class of the device: its age, the ways to look at it, and its rows or what changed of them. */
export function ClassView({
  deviceId,
  overview,
  declared,
  search,
  onShow,
}: {
  deviceId: string;
  overview: InventoryClassOverview;
  declared: InventoryClassAnswer | undefined;
  search: ExplorerSearch;
  onShow: (next: ExplorerSearch) => void;
}) {
  const styles = useStyles();
  const { className, hash } = overview;
  const queries = useQueryClient();
  const sync = usePermission('devices.sync');
  const history = useQuery(inventoryHistoryQuery(deviceId, className, hash));
  const refresh = useMutation({
    mutationFn: () => client.devices.refreshInventory(deviceId, className),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['inventory', deviceId] }),
  });
  const now = Date.now();
  const days = { min: dayOf(now - HISTORY_DAYS * DAY_MS), max: dayOf(now) };
  const show = (next: { readonly day?: string; readonly from?: string }): void =>
    onShow({
      class: className,
      ...(next.day ? { day: next.day } : {}),
      ...(next.from ? { from: next.from } : {}),
      ...(search.sort && !next.from ? { sort: search.sort } : {}),
    });
  const { day, from } = search;
  const exportPath = (format: 'csv' | 'json'): string =>
    client.devices.inventoryExportPath(deviceId, className, { format, day });
  const past = (history.data ?? []).slice(1, 1 + PERIODS_SHOWN);
  return (
    <section className={styles.content} aria-label={titleOfColumn(className)}>
      {declared ? <Text className={styles.quiet}>{declared.description}</Text> : null}
      <div className={styles.bar}>
        <Text className={styles.age}>
          {day ? `As it stood at the end of ${day} (UTC)` : 'Collected '}
          {day ? null : <Moment at={overview.collectedAt} />}
        </Text>
        <Field label="Day" size="small">
          <Input
            type="date"
            size="small"
            value={day ?? ''}
            {...days}
            onChange={(_, { value }) => show({ day: value, ...(from ? { from } : {}) })}
          />
        </Field>
        <Field label="Compare with" size="small">
          <Input
            type="date"
            size="small"
            value={from ?? ''}
            {...days}
            onChange={(_, { value }) => show({ ...(day ? { day } : {}), from: value })}
          />
        </Field>
        {day || from ? (
          <Button size="small" onClick={() => show({})}>
            Now
          </Button>
        ) : null}
        <WithReason reason={sync.reason}>
          <Button
            size="small"
            icon={refresh.isPending ? <Spinner size="tiny" /> : <ArrowSyncRegular />}
            disabledFocusable={!sync.allowed || refresh.isPending}
            onClick={() => {
              refresh.mutate();
              if (day || from) show({});
            }}
          >
            {refresh.isPending ? 'Asking the device' : 'Refresh now'}
          </Button>
        </WithReason>
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button size="small" icon={<ArrowDownloadRegular />}>
              Export
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItemLink href={exportPath('csv')} download>
                All rows as CSV
              </MenuItemLink>
              <MenuItemLink href={exportPath('json')} download>
                All rows as JSON
              </MenuItemLink>
            </MenuList>
          </MenuPopover>
        </Menu>
      </div>
      {refresh.error ? (
        <ErrorNotice error={refresh.error} title="The device could not be asked" />
      ) : null}
      {past.length > 0 ? (
        <div className={styles.days}>
          <Text className={styles.quiet}>Earlier:</Text>
          {past.map((period) => (
            <Button
              key={period.to}
              size="small"
              appearance={period.to === day ? 'primary' : 'subtle'}
              onClick={() => show({ day: period.to, ...(from ? { from } : {}) })}
            >
              {period.from === period.to ? period.to : `${period.from} – ${period.to}`} (
              {formatNumber(period.rowCount)})
            </Button>
          ))}
        </div>
      ) : null}
      {from ? (
        <ClassDifference
          deviceId={deviceId}
          className={className}
          hash={hash}
          declared={declared}
          from={from}
          to={day}
          skip={search.skip ?? 0}
          onPage={(skip) => onShow({ ...search, skip })}
        />
      ) : (
        <ClassRows
          deviceId={deviceId}
          overview={overview}
          declared={declared}
          search={search}
          onShow={onShow}
        />
      )}
    </section>
  );
}
