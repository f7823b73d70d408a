import {
  Badge,
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  Button,
  makeStyles,
  Tab,
  TabList,
  Text,
  tokens,
} from '@fluentui/react-components';
import { CollectionsRegular, DeleteRegular } from '@fluentui/react-icons';
import { AdminApiError } from '@moorline/admin-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { formatNumber } from '../../ui/format.ts';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { WithReason } from '../../ui/with-reason.tsx';
import { collectionQuery } from './collection-queries.ts';
import { COLLECTION_TABS, type CollectionPageSearch } from './collections-search.ts';
import { MembersTab } from './members-tab.tsx';
import { RulesTab } from './rules-tab.tsx';
import { WhyPanel } from './why-panel.tsx';

const TAB_NAMES = { members: 'Members', rules: 'Rules' } as const;

const useStyles = makeStyles({
  crumbs: { marginBottom: '-12px', order: -1 },
  tabs: {
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    overflowX: 'auto',
    flexShrink: 0,
  },
  tabList: { marginLeft: '-12px' },
});

const route = getRouteApi('/inside/collections/$collectionId');

export function CollectionPage() {
  const { collectionId } = route.useParams();
  return <CollectionContent key={collectionId} id={collectionId} />;
}

function CollectionContent({ id }: { id: string }) {
  const styles = useStyles();
  const search = route.useSearch();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { done } = useToasts();
  const { allowed, reason } = usePermission('groups.manage');
  const [isDeleting, setDeleting] = useState(false);
  const remove = useMutation({
    mutationFn: (ifMatch: string) => client.collections.delete(id, { ifMatch }),
    onSuccess: async () => {
      done('The collection is deleted.');
      await navigate({ to: '/collections' });
      queryClient.removeQueries({ queryKey: ['collection', id] });
      await queryClient.invalidateQueries({ queryKey: ['collections'] });
    },
    onError: () => queryClient.invalidateQueries({ queryKey: ['collection', id] }),
  });
  // What is being deleted is not read again.
  const isThere = !remove.isPending && !remove.isSuccess;
  const { data, error, isPending, refetch } = useQuery({
    ...collectionQuery(id),
    enabled: isThere,
  });
  const tab = search.tab ?? 'members';
  const show = (next: CollectionPageSearch): void =>
    void navigate({
      to: '/collections/$collectionId',
      params: { collectionId: id },
      search: next,
      replace: true,
    });

  if (isPending) return <Loading label="Reading the collection" />;
  if (!data) {
    const isGone = error instanceof AdminApiError && error.status === 404;
    return (
      <Page title="Collection">
        {isGone ? (
          <EmptyState
            icon={<CollectionsRegular />}
            title="There is no such collection"
            action={<TextLink to="/collections">All collections</TextLink>}
          >
            It may have been deleted.
          </EmptyState>
        ) : (
          <ErrorNotice
            error={error}
            title="The collection could not be read"
            onRetry={() => void refetch()}
          />
        )}
      </Page>
    );
  }
  const { collection } = data;
  const closed = collection.isBuiltIn
    ? 'This collection is built in: it cannot be changed or deleted.'
    : reason;
  return (
    <>
      <Page
        title={visibleText(collection.displayName)}
        heading={<Reported text={collection.displayName} />}
        intro={collection.description ? <Reported text={collection.description} /> : undefined}
        badges={
          <>
            <Badge appearance="outline" size="large" color="informative">
              {collection.isBuiltIn ? 'Built in' : 'Own'}
            </Badge>
            <Badge appearance="outline" size="large" color="informative" role="status">
              {formatNumber(collection.memberCount)}{' '}
              {collection.memberCount === 1 ? 'member' : 'members'}
            </Badge>
            <LiveBadge />
          </>
        }
      >
        <Breadcrumb className={styles.crumbs} aria-label="Path">
          <BreadcrumbItem>
            <TextLink to="/collections">Collections</TextLink>
          </BreadcrumbItem>
          <BreadcrumbDivider />
          <BreadcrumbItem>
            <Reported text={collection.displayName} />
          </BreadcrumbItem>
        </Breadcrumb>
        <div>
          <WithReason reason={closed}>
            <Button
              icon={<DeleteRegular />}
              disabledFocusable={!allowed || collection.isBuiltIn}
              onClick={() => setDeleting(true)}
            >
              Delete
            </Button>
          </WithReason>
        </div>
        <div className={styles.tabs}>
          <TabList
            className={styles.tabList}
            selectedValue={tab}
            onTabSelect={(_, chosen) => show(chosen.value === 'rules' ? { tab: 'rules' } : {})}
          >
            {COLLECTION_TABS.map((name) => (
              <Tab key={name} value={name} id={`tab-${name}`} aria-controls="tab-panel">
                {TAB_NAMES[name]}
              </Tab>
            ))}
          </TabList>
        </div>
        <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
          {tab === 'members' ? (
            <MembersTab id={id} enabled={isThere} onWhy={(why) => show({ why })} />
          ) : (
            <RulesTab saved={data} />
          )}
        </div>
      </Page>
      <WhyPanel collectionId={id} deviceId={search.why} onClose={() => show({})} />
      {isDeleting ? (
        <FormDialog
          title="Delete this collection?"
          submitLabel="Delete"
          busy={!isThere}
          error={remove.error}
          errorTitle="The collection was not deleted"
          onSubmit={() => remove.mutate(data.etag)}
          onClose={() => {
            setDeleting(false);
            remove.reset();
          }}
        >
          <Text>
            “<Reported text={collection.displayName} />” and its rules go. Its devices stay as they
            are.
          </Text>
        </FormDialog>
      ) : null}
    </>
  );
}
