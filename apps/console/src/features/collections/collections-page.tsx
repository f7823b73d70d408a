import { Button, makeStyles, SearchBox, Text, tokens } from '@fluentui/react-components';
import { AddRegular, CollectionsRegular } from '@fluentui/react-icons';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { usePermission } from '../../app/session.tsx';
import { formatNumber } from '../../ui/format.ts';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { Moment } from '../../ui/moment.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { useRested } from '../../ui/use-rested.ts';
import { WithReason } from '../../ui/with-reason.tsx';
import { collectionListQuery, collectionNamesQuery } from './collection-queries.ts';

const REST_MS = 250;

const useStyles = makeStyles({
  bar: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS, flexWrap: 'wrap' },
  search: { width: '280px', maxWidth: '100%' },
  count: { color: tokens.colorNeutralForeground2, marginLeft: 'auto' },
});

const route = getRouteApi('/inside/collections');

/** Collections by name, built in and own. */
export function CollectionsPage() {
  const styles = useStyles();
  const { q = '' } = route.useSearch();
  const navigate = useNavigate();
  const { allowed, reason } = usePermission('groups.manage');
  const query = useInfiniteQuery(collectionListQuery(q));
  const collections = query.data?.pages.flatMap((page) => page.items) ?? [];
  const count = query.data?.pages[0]?.count;
  const limits = collections.flatMap((each) => each.limitingCollectionId ?? []);
  const names = useQuery(collectionNamesQuery(limits));
  return (
    <Page
      title="Collections"
      badges={<LiveBadge />}
      intro="Sets of devices by rules, kept up to date as devices change."
    >
      <div className={styles.bar}>
        <WithReason reason={reason}>
          <Button
            appearance="primary"
            icon={<AddRegular />}
            disabledFocusable={!allowed}
            onClick={() => void navigate({ to: '/collections/new' })}
          >
            Create collection
          </Button>
        </WithReason>
        <CollectionSearchBox
          value={q}
          onChange={(next) =>
            void navigate({
              to: '/collections',
              search: next === '' ? {} : { q: next },
              replace: true,
            })
          }
        />
        {count === undefined ? null : (
          <Text className={styles.count} aria-live="polite">
            {formatNumber(count)} {count === 1 ? 'collection' : 'collections'}
          </Text>
        )}
      </div>
      {query.isPending ? <Loading label="Reading collections" /> : null}
      {query.error ? (
        <ErrorNotice
          error={query.error}
          title="The collections could not be read"
          onRetry={() => void query.refetch()}
        />
      ) : null}
      {query.data && collections.length === 0 ? (
        <EmptyState icon={<CollectionsRegular />} title="No collection matches">
          No collection has a name that begins with “{q}”.
        </EmptyState>
      ) : null}
      {collections.length > 0 ? (
        <RecordTable
          label="Collections"
          records={collections}
          keyOf={(each) => each.id}
          columns={[
            {
              id: 'name',
              title: 'Name',
              minWidth: '180px',
              cell: (each) => (
                <TextLink to="/collections/$collectionId" params={{ collectionId: each.id }}>
                  <Reported text={each.displayName} />
                </TextLink>
              ),
            },
            {
              id: 'members',
              title: 'Members',
              isNumber: true,
              isShort: true,
              cell: (each) => formatNumber(each.memberCount),
            },
            {
              id: 'kind',
              title: 'Kind',
              isShort: true,
              cell: (each) => (each.isBuiltIn ? 'Built in' : 'Own'),
            },
            {
              id: 'limit',
              title: 'Limited to',
              cell: ({ limitingCollectionId: limit }) =>
                limit === null ? 'Nothing' : <Reported text={names.data?.get(limit)} />,
            },
            {
              id: 'check',
              title: 'Last full check',
              isShort: true,
              cell: (each) =>
                each.isBuiltIn ? (
                  'Always exact'
                ) : (
                  <Moment at={each.lastCheckDateTime} never="Not yet" />
                ),
            },
          ]}
        />
      ) : null}
      {query.hasNextPage ? (
        <div>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            {query.isFetchingNextPage ? 'Reading…' : 'Show more collections'}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

function CollectionSearchBox({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string) => void;
}) {
  const styles = useStyles();
  const [typed, setTyped] = useState(value);
  const rested = useRested(typed, REST_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed is told once, not at every drawing
  useEffect(() => {
    if (rested.trim() !== value) onChange(rested.trim());
  }, [rested]);
  return (
    <SearchBox
      className={styles.search}
      aria-label="Search collections"
      placeholder="Names that begin with…"
      value={typed}
      onChange={(_, data) => setTyped(data.value)}
    />
  );
}
