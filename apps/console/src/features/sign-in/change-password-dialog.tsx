import {
  Button,
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { useReturnFocus } from '../../ui/return-focus.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { NewPasswordForm } from './new-password-form.tsx';

export function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const { done } = useToasts();
  useReturnFocus();
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Change password</DialogTitle>
          <DialogContent>
            <NewPasswordForm
              asksCurrent
              submitLabel="Change password"
              onDone={() => {
                done('Your password is changed. Your other sessions are signed out.');
                onClose();
              }}
              secondary={<Button onClick={onClose}>Cancel</Button>}
            />
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
