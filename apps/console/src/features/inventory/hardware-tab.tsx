import { makeStyles, tokens } from '@fluentui/react-components';
import { DeveloperBoardRegular } from '@fluentui/react-icons';
import type { InventoryClassOverview } from '@moorline/admin-client';
import type { InventoryClassAnswer } from '@moorline/contracts/admin';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Facts } from '../../ui/facts.tsx';
import { formatInventoryValue, NOT_KNOWN, titleOfColumn } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import {
  inventoryClassesQuery,
  inventoryDocumentQuery,
  inventoryOverviewQuery,
} from './inventory-queries.ts';

/** Classes of the page in their order, with the columns that a table of them shows first. */
const HARDWARE: Readonly<
  Record<string, { readonly title: string; readonly columns?: readonly string[] }>
> = {
  ComputerSystem: { title: 'Computer system' },
  OS: { title: 'Operating system' },
  Bios: { title: 'Firmware' },
  Memory: { title: 'Memory' },
  Processor: {
    title: 'Processors',
    columns: [
      'DeviceID',
      'Name',
      'NumberOfCores',
      'NumberOfLogicalProcessors',
      'MaxClockSpeed',
      'L3CacheSize',
    ],
  },
  PhysicalDisk: {
    title: 'Disks',
    columns: [
      'DeviceID',
      'Model',
      'Size',
      'MediaType',
      'BusType',
      'SerialNumber',
      'FirmwareVersion',
    ],
  },
  LogicalDisk: {
    title: 'Volumes',
    columns: ['Name', 'DeviceID', 'FileSystem', 'Size', 'FreeSpace', 'IsEncrypted', 'IsReadOnly'],
  },
  NetworkAdapter: {
    title: 'Network adapters',
    columns: ['Name', 'AdapterType', 'MACAddress', 'Status', 'Speed', 'ServiceName'],
  },
  IPConfig: {
    title: 'IP configuration',
    columns: [
      'InterfaceAlias',
      'Status',
      'IPV4Address',
      'IPV6Address',
      'IPV4DefaultGateway',
      'DNSServerList',
    ],
  },
};
const MOST_ROWS = 100;

const useStyles = makeStyles({
  grid: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL },
});

/** What the device is made of, from its own inventory. */
export function HardwareTab({ deviceId }: { deviceId: string }) {
  const styles = useStyles();
  const overview = useQuery(inventoryOverviewQuery(deviceId));
  const classes = useQuery(inventoryClassesQuery);
  const reported = Object.keys(HARDWARE).flatMap((name) => {
    const found = overview.data?.find((each) => each.className === name);
    return found ? [found] : [];
  });
  if (overview.isPending || classes.isPending) return <Loading label="Reading the inventory" />;
  const error = overview.error ?? classes.error;
  if (error) {
    return (
      <ErrorNotice
        error={error}
        title="The inventory could not be read"
        onRetry={() => {
          void overview.refetch();
          void classes.refetch();
        }}
      />
    );
  }
  if (reported.length === 0) {
    return (
      <EmptyState icon={<DeveloperBoardRegular />} title="No hardware reported yet">
        The agent sends its first inventory within a minute of enrolling. “Sync machine policy” asks
        for it now.
      </EmptyState>
    );
  }
  return (
    <div className={styles.grid}>
      <HardwareSections deviceId={deviceId} reported={reported} classes={classes.data ?? []} />
    </div>
  );
}

function HardwareSections({
  deviceId,
  reported,
  classes,
}: {
  deviceId: string;
  reported: readonly InventoryClassOverview[];
  classes: readonly InventoryClassAnswer[];
}) {
  const documents = useQueries({
    queries: reported.map(({ className, hash }) =>
      inventoryDocumentQuery(deviceId, className, { skip: 0, top: MOST_ROWS, hash }),
    ),
  });
  return reported.map(({ className, collectedAt, rowCount }, index) => {
    const document = documents[index];
    const declared = classes.find((each) => each.name === className);
    const { title, columns: wanted } = HARDWARE[className] ?? { title: className };
    const columns = (declared?.columns ?? []).filter(
      (column) => !wanted || wanted.includes(column.name),
    );
    const rows = document?.data?.rows ?? [];
    const first = rows[0];
    return (
      <Section
        key={className}
        title={title}
        aside={
          <>
            {rowCount > MOST_ROWS ? `First ${MOST_ROWS} of ${rowCount}. ` : ''}Collected{' '}
            <Moment at={collectedAt} />
          </>
        }
      >
        {document?.error ? (
          <ErrorNotice error={document.error} onRetry={() => void document.refetch()} />
        ) : null}
        {document?.isPending ? <Loading label={`Reading ${title.toLowerCase()}`} /> : null}
        {document?.data && !first ? 'None reported.' : null}
        {first && declared?.key.length === 0 ? (
          <Facts
            facts={columns.map((column) => ({
              term: titleOfColumn(column.name),
              description: column.description,
              value: <Reported text={formatInventoryValue(first[column.name], column)} />,
            }))}
          />
        ) : null}
        {first && declared && declared.key.length > 0 ? (
          <RecordTable<Record<string, unknown>>
            isBare
            label={title}
            records={rows}
            keyOf={(row) => JSON.stringify(declared.key.map((column) => row[column]))}
            columns={columns.map((column) => ({
              id: column.name,
              title: <span title={column.description}>{titleOfColumn(column.name)}</span>,
              isNumber: column.type === 'int' || column.type === 'real',
              cell: (row) => <Reported text={formatInventoryValue(row[column.name], column)} />,
            }))}
          />
        ) : null}
        {!declared && first ? NOT_KNOWN : null}
      </Section>
    );
  });
}
