import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { EmptyState, ErrorNotice, Loading } from './notices.tsx';
import { Page, type PageProps } from './page.tsx';

interface RecordsPageProps<T> extends PageProps {
  readonly query: UseQueryResult<readonly T[]>;
  /** In the plural, as in “Reading tokens”. */
  readonly noun: string;
  /** What makes a record: above those there are, or in the middle of an empty page. */
  readonly action: ReactElement;
  readonly empty: { readonly icon: ReactElement; readonly title: string; readonly text: ReactNode };
  /** Shows the records; called when there are any. */
  readonly table: (records: readonly T[]) => ReactNode;
}

/** A page about one kind of record, in each state of reading them. Its children are its dialogs. */
export function RecordsPage<T>(props: RecordsPageProps<T>) {
  const { query, noun, action, empty, table, children, ...page } = props;
  const { data, error, isPending, refetch } = query;
  const hasRecords = data !== undefined && data.length > 0;
  return (
    <Page {...page}>
      {hasRecords ? <div>{action}</div> : null}
      {isPending ? <Loading label={`Reading ${noun}`} /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title={`The ${noun} could not be read`}
          onRetry={() => void refetch()}
        />
      ) : null}
      {data?.length === 0 ? (
        <EmptyState icon={empty.icon} title={empty.title} action={action}>
          {empty.text}
        </EmptyState>
      ) : null}
      {hasRecords ? table(data) : null}
      {children}
    </Page>
  );
}
