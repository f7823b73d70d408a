import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { ErrorNotice } from '../../../ui/notices.tsx';
import type { UploadForm } from './use-upload-form.ts';

/** Why the settings are not saved yet, where there is a reason. */
export function UploadConflict({ form }: { form: UploadForm }) {
  const { error, meanwhile, isOvertaken } = form;
  return (
    <>
      {error ? <ErrorNotice error={error} title="The settings were not saved" /> : null}
      {meanwhile.length > 0 || isOvertaken ? (
        <MessageBar intent="warning" layout="multiline" role="alert">
          <MessageBarBody>
            <MessageBarTitle>
              {isOvertaken
                ? 'Not saved yet: somebody else changed the settings'
                : 'Somebody else changed the settings'}
            </MessageBarTitle>
            {meanwhile.join(' ')} What you changed is kept below. Save to apply it on top, or
            discard it to go on with theirs.
          </MessageBarBody>
        </MessageBar>
      ) : null}
    </>
  );
}
