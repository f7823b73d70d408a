import { MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { CollectionsRegular } from '@fluentui/react-icons';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../app/session.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { deviceCollectionsQuery } from './collection-queries.ts';

const useStyles = makeStyles({
  tab: { display: 'grid', gap: tokens.spacingVerticalL, gridTemplateColumns: 'minmax(0, 1fr)' },
});

/** Collections of this host that the device is in. */
export function DeviceCollections({ device }: { device: ManagedDevice }) {
  const styles = useStyles();
  const { authority } = useSession();
  const { data, error, isPending, refetch } = useQuery(deviceCollectionsQuery(device.id));
  return (
    <div className={styles.tab}>
      {device.connectorId ? (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>
            These are collections of {visibleText(authority.name)}. Those of{' '}
            <Reported text={device.connectorName ?? 'the site'} /> are not read from here yet: look
            at them in the site’s own console.
          </MessageBarBody>
        </MessageBar>
      ) : null}
      {isPending ? <Loading label="Reading collections" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The collections could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data?.length === 0 ? (
        <EmptyState icon={<CollectionsRegular />} title="In no collection">
          No collection of this host takes the device in.
        </EmptyState>
      ) : null}
      {data && data.length > 0 ? (
        <RecordTable
          label="Collections of the device"
          records={data}
          keyOf={(each) => each.id}
          columns={[
            {
              id: 'name',
              title: 'Name',
              cell: (each) => (
                <TextLink to="/collections/$collectionId" params={{ collectionId: each.id }}>
                  <Reported text={each.displayName} />
                </TextLink>
              ),
            },
            {
              id: 'why',
              title: <span style={{ visibility: 'hidden' }}>Why</span>,
              isNumber: true,
              cell: (each) => (
                <TextLink
                  to="/collections/$collectionId"
                  params={{ collectionId: each.id }}
                  search={{ why: device.id }}
                  aria-label={`Why it is in ${visibleText(each.displayName)}`}
                >
                  Why?
                </TextLink>
              ),
            },
          ]}
        />
      ) : null}
    </div>
  );
}
