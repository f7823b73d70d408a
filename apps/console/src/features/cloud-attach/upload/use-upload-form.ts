import { AdminApiError, type VersionedUploadSettings } from '@moorline/admin-client';
import type { UpdateUploadSettings } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../../app/client.ts';
import { collectionNamesQuery } from '../../collections/collection-queries.ts';
import {
  entryOf,
  isSame,
  problemsOf,
  rebase,
  settingsOf,
  type UploadEntry,
} from './upload-form.ts';
import { uploadSettingsQuery } from './upload-queries.ts';
import { differences } from './upload-words.ts';

export interface UploadForm {
  readonly entry: UploadEntry;
  setEntry(entry: UploadEntry): void;
  readonly isChanged: boolean;
  /** Changed, and nothing is wrong with it. */
  readonly canSave: boolean;
  readonly hasProblems: boolean;
  readonly isSaving: boolean;
  /** What somebody else saved while this was edited, as sentences. */
  readonly meanwhile: readonly string[];
  /** The last try to save was refused for that. */
  readonly isOvertaken: boolean;
  /** Why the last try to save failed otherwise. */
  readonly error: Error | null;
  /** Resolves when it is stored; rejects when it is refused, which the form then tells. */
  save(): Promise<void>;
  discard(): void;
}

/** The upload settings while they are edited, on top of whatever is saved by whomever. */
export function useUploadForm(saved: VersionedUploadSettings): UploadForm {
  const queryClient = useQueryClient();
  const [base, setBase] = useState(saved);
  const [entry, setEntry] = useState<UploadEntry>(() => entryOf(saved.settings));
  const [overtaken, setOvertaken] = useState<{ readonly from: VersionedUploadSettings }>();
  const mentioned = [...(overtaken ? [overtaken.from] : []), base].flatMap(({ settings }) => [
    ...settings.scope.collectionIds,
    ...settings.scope.excludedCollectionIds,
  ]);
  const names = useQuery(collectionNamesQuery(mentioned));
  const next = settingsOf(entry);
  const isChanged = !isSame(next, base.settings);
  if (saved.etag !== base.etag) {
    // Saved by somebody else, or by this form: what is being edited goes on from there.
    const moved = rebase(entry, base.settings, saved.settings);
    const isUndone = isChanged && !isSame(settingsOf(moved), saved.settings);
    setOvertaken(isUndone ? { from: base } : undefined);
    setBase(saved);
    setEntry(moved);
  }
  const save = useMutation({
    mutationFn: (body: UpdateUploadSettings) =>
      client.cloudAttach.updateUploadSettings(body, { ifMatch: base.etag }),
    // Refused or not: what is saved now is what to go on from.
    onSettled: () => queryClient.invalidateQueries({ queryKey: uploadSettingsQuery.queryKey }),
  });
  const hasProblems = Object.keys(problemsOf(entry)).length > 0;
  const isOvertaken =
    save.error instanceof AdminApiError && save.error.code === 'upload.changed_meanwhile';
  return {
    entry,
    setEntry,
    isChanged,
    canSave: isChanged && !hasProblems && !save.isPending,
    hasProblems,
    isSaving: save.isPending,
    meanwhile: overtaken
      ? differences(overtaken.from.settings, base.settings, (id) => names.data?.get(id) ?? id)
      : [],
    isOvertaken,
    error: isOvertaken ? null : save.error,
    async save() {
      await save.mutateAsync(next);
      setOvertaken(undefined);
    },
    discard() {
      setEntry(entryOf(base.settings));
      setOvertaken(undefined);
      save.reset();
    },
  };
}
