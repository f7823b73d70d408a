import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { AdminApiError, type VersionedCollection } from '@moorline/admin-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { UnsavedChanges } from '../../ui/unsaved-changes.tsx';
import {
  type CollectionDraft,
  definitionOf,
  draftOf,
  isSameDraft,
  missingInRules,
} from './collection-draft.ts';
import { DefinitionFields } from './definition-fields.tsx';
import { Outlook } from './outlook.tsx';

const useStyles = makeStyles({
  form: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalL },
  actions: { display: 'flex', gap: tokens.spacingHorizontalS },
});

/** The rules of a collection: to be read by everybody, to be changed by those who may. */
export function RulesTab({ saved }: { saved: VersionedCollection }) {
  const styles = useStyles();
  const { allowed, reason } = usePermission('groups.manage');
  const { isBuiltIn } = saved.collection;
  if (allowed && !isBuiltIn) return <RulesForm saved={saved} />;
  return (
    <div className={styles.form}>
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>
          {isBuiltIn
            ? 'This collection is built in and cannot be changed. Make one of your own that is limited to it.'
            : `You may read these rules and not change them. ${reason}`}
        </MessageBarBody>
      </MessageBar>
      <DefinitionFields
        draft={draftOf(saved.collection)}
        collectionId={saved.collection.id}
        readOnly
        onChange={() => undefined}
      />
    </div>
  );
}

function RulesForm({ saved }: { saved: VersionedCollection }) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { done } = useToasts();
  const { id } = saved.collection;
  const [base, setBase] = useState(saved);
  const [draft, setDraft] = useState<CollectionDraft>(() => draftOf(saved.collection));
  const [isOvertaken, setOvertaken] = useState(false);
  const isChanged = !isSameDraft(draft, draftOf(base.collection));
  const save = useMutation({
    mutationFn: ({ draft, etag }: { draft: CollectionDraft; etag: string }) =>
      client.collections.update(
        id,
        {
          displayName: draft.displayName.trim(),
          description: draft.description,
          ...definitionOf(draft),
        },
        { ifMatch: etag },
      ),
    onSuccess: (collection, sent) => {
      done('The collection is saved.');
      setBase({ collection, etag: sent.etag });
      // What was typed since it was sent stays.
      setDraft((now) => (now === sent.draft ? draftOf(collection) : now));
    },
    // Refused or not: what is saved now is what to go on from.
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ['collection', id] }),
        queryClient.invalidateQueries({ queryKey: ['collections'] }),
      ]),
  });
  if (saved.etag !== base.etag && !isOvertaken && !save.isPending) {
    const theirs = draftOf(saved.collection);
    const isTheirs = !isSameDraft(theirs, draftOf(base.collection)) && !isSameDraft(theirs, draft);
    if (isChanged && isTheirs) setOvertaken(true);
    else {
      setBase(saved);
      if (!isChanged) setDraft(theirs);
    }
  }
  const isRefused =
    save.error instanceof AdminApiError && save.error.code === 'groups.changed_meanwhile';
  const goOn = (next: CollectionDraft): void => {
    setBase(saved);
    setDraft(next);
    setOvertaken(false);
    save.reset();
  };
  const canSave =
    isChanged &&
    !isOvertaken &&
    draft.displayName.trim() !== '' &&
    missingInRules(draft).length === 0 &&
    !save.isPending;
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (canSave) save.mutate({ draft, etag: base.etag });
      }}
    >
      <DefinitionFields draft={draft} collectionId={id} readOnly={false} onChange={setDraft} />
      <Outlook draft={draft} collectionId={id} />
      {isOvertaken ? (
        <MessageBar intent="warning" layout="multiline" role="alert">
          <MessageBarBody>
            <MessageBarTitle>
              {isRefused
                ? 'Not saved: somebody else changed this collection'
                : 'Somebody else changed this collection'}
            </MessageBarTitle>
            What you changed is kept here. Keep yours to save it in place of theirs, or take theirs
            and lose yours.
          </MessageBarBody>
          <MessageBarActions>
            <Button onClick={() => goOn(draft)}>Keep mine</Button>
            <Button onClick={() => goOn(draftOf(saved.collection))}>Take theirs</Button>
          </MessageBarActions>
        </MessageBar>
      ) : null}
      {save.error && !isRefused ? (
        <ErrorNotice error={save.error} title="The collection was not saved" />
      ) : null}
      <div className={styles.actions}>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={!canSave}
          {...(save.isPending ? { icon: <Spinner size="tiny" /> } : {})}
        >
          Save
        </Button>
        <Button disabled={!isChanged || isOvertaken} onClick={() => goOn(draftOf(base.collection))}>
          Discard
        </Button>
      </div>
      <UnsavedChanges isChanged={() => isChanged} />
    </form>
  );
}
