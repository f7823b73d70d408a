import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { LaptopRegular } from '@fluentui/react-icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { membersQuery } from './collection-queries.ts';
import { DevicePicker } from './pickers.tsx';

const useStyles = makeStyles({
  tab: { display: 'grid', gap: tokens.spacingVerticalL, gridTemplateColumns: 'minmax(0, 1fr)' },
  ask: { maxWidth: '420px' },
});

/** Devices of the collection by name, each with why it is one. */
export function MembersTab({
  id,
  enabled,
  onWhy,
}: {
  id: string;
  enabled: boolean;
  onWhy: (deviceId: string) => void;
}) {
  const styles = useStyles();
  const query = useInfiniteQuery({ ...membersQuery(id), enabled });
  const members = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={styles.tab}>
      <div className={styles.ask}>
        <DevicePicker
          label="Why is a device a member, or not?"
          hint="Type how its name begins."
          onPick={onWhy}
        />
      </div>
      {query.isPending ? <Loading label="Reading members" /> : null}
      {query.error ? (
        <ErrorNotice
          error={query.error}
          title="The members could not be read"
          onRetry={() => void query.refetch()}
        />
      ) : null}
      {query.data && members.length === 0 ? (
        <EmptyState icon={<LaptopRegular />} title="No members">
          No device meets the rules. One that comes to meet them appears here by itself.
        </EmptyState>
      ) : null}
      {members.length > 0 ? (
        <RecordTable
          label="Members"
          records={members}
          keyOf={(member) => member.id}
          columns={[
            {
              id: 'name',
              title: 'Device name',
              cell: (member) => (
                <TextLink to="/devices/$deviceId" params={{ deviceId: member.id }}>
                  <Reported text={member.deviceName ?? member.id} />
                </TextLink>
              ),
            },
            {
              id: 'why',
              title: <span style={{ visibility: 'hidden' }}>Commands</span>,
              isNumber: true,
              cell: (member) => (
                <Button
                  size="small"
                  aria-label={`Why is ${visibleText(member.deviceName ?? member.id)} a member`}
                  onClick={() => onWhy(member.id)}
                >
                  Why?
                </Button>
              ),
            },
          ]}
        />
      ) : null}
      {query.hasNextPage ? (
        <div>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            {query.isFetchingNextPage ? 'Reading…' : 'Show more members'}
          </Button>
        </div>
      ) : members.length > 0 ? (
        <Text size={200}>These are all of them.</Text>
      ) : null}
    </div>
  );
}
