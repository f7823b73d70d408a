import { Text } from '@fluentui/react-components';
import { useBlocker } from '@tanstack/react-router';
import { FormDialog } from './form-dialog.tsx';

/** Asks before a page is left on which something is changed and not saved. */
export function UnsavedChanges({ isChanged }: { isChanged: () => boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: isChanged,
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <FormDialog
      title="Leave without saving?"
      submitLabel="Leave"
      onSubmit={blocker.proceed}
      onClose={blocker.reset}
    >
      <Text>What you changed here is not saved, and is lost when you leave.</Text>
    </FormDialog>
  );
}
