import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { UnsavedChanges } from '../../ui/unsaved-changes.tsx';
import { definitionOf, emptyDraft, isSameDraft, missingInRules } from './collection-draft.ts';
import { DefinitionFields } from './definition-fields.tsx';
import { Outlook } from './outlook.tsx';

const useStyles = makeStyles({
  crumbs: { marginBottom: '-12px', order: -1 },
  form: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL },
});

export function NewCollectionPage() {
  const styles = useStyles();
  const { allowed, reason } = usePermission('groups.manage');
  return (
    <Page title="New collection">
      <Breadcrumb className={styles.crumbs} aria-label="Path">
        <BreadcrumbItem>
          <TextLink to="/collections">Collections</TextLink>
        </BreadcrumbItem>
        <BreadcrumbDivider />
        <BreadcrumbItem>New collection</BreadcrumbItem>
      </Breadcrumb>
      {allowed ? (
        <NewCollectionForm />
      ) : (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>You may not make collections. {reason}</MessageBarBody>
        </MessageBar>
      )}
    </Page>
  );
}

function NewCollectionForm() {
  const styles = useStyles();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { done } = useToasts();
  const [draft, setDraft] = useState(emptyDraft);
  const isMade = useRef(false);
  const create = useMutation({
    mutationFn: () =>
      client.collections.create({
        displayName: draft.displayName.trim(),
        ...(draft.description === '' ? {} : { description: draft.description }),
        ...definitionOf(draft),
      }),
    onSuccess: async ({ id }) => {
      isMade.current = true;
      done('The collection is created.');
      void queryClient.invalidateQueries({ queryKey: ['collections'] });
      await navigate({ to: '/collections/$collectionId', params: { collectionId: id } });
    },
  });
  const canCreate =
    draft.displayName.trim() !== '' && missingInRules(draft).length === 0 && !create.isPending;
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (canCreate) create.mutate();
      }}
    >
      <DefinitionFields
        draft={draft}
        collectionId={undefined}
        readOnly={false}
        onChange={setDraft}
      />
      <Outlook draft={draft} collectionId={undefined} />
      {create.error ? (
        <ErrorNotice error={create.error} title="The collection was not created" />
      ) : null}
      <div>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={!canCreate}
          {...(create.isPending ? { icon: <Spinner size="tiny" /> } : {})}
        >
          Create
        </Button>
      </div>
      <UnsavedChanges isChanged={() => !isMade.current && !isSameDraft(draft, emptyDraft())} />
    </form>
  );
}
