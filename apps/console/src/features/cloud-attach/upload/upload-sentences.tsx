import { Text } from '@fluentui/react-components';
import type { UploadSettings } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { visibleText } from '../../../ui/visible-text.ts';
import { collectionNamesQuery } from '../../collections/collection-queries.ts';
import { sentencesOf } from './upload-words.ts';

/** The settings, told. */
export function UploadSentences({ settings }: { settings: UploadSettings }) {
  const { collectionIds, excludedCollectionIds } = settings.scope;
  const names = useQuery(collectionNamesQuery([...collectionIds, ...excludedCollectionIds]));
  return (
    <>
      {sentencesOf(settings, (id) => visibleText(names.data?.get(id) ?? id)).map((sentence) => (
        <Text key={sentence}>{sentence}</Text>
      ))}
    </>
  );
}
