import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { ErrorNotice } from './notices.tsx';
import { useReturnFocus } from './return-focus.ts';

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalL },
});

/**
 * A dialog with a form, or with what came of it: without `submitLabel` only Close is offered. Esc and Cancel
 * close it; Enter in a field submits.
 */
export function FormDialog({
  title,
  submitLabel,
  busy = false,
  disabled = false,
  error,
  errorTitle,
  isDangerous = false,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  submitLabel?: string | undefined;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  errorTitle?: string;
  /** A click beside it does not close it: something in it is shown only once. */
  isDangerous?: boolean;
  onSubmit?: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const styles = useStyles();
  useReturnFocus();
  return (
    <Dialog
      open
      modalType={isDangerous ? 'alert' : 'modal'}
      onOpenChange={(_, data) => !data.open && !busy && onClose()}
    >
      <DialogSurface>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            // React lets it rise through the portal: the form below the dialog is not meant.
            event.stopPropagation();
            if (!busy && !disabled) onSubmit?.();
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              {error ? (
                <ErrorNotice error={error} {...(errorTitle ? { title: errorTitle } : {})} />
              ) : null}
              {children}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose} disabled={busy}>
                {submitLabel ? 'Cancel' : 'Close'}
              </Button>
              {submitLabel ? (
                <Button
                  type="submit"
                  appearance="primary"
                  disabled={busy || disabled}
                  {...(busy ? { icon: <Spinner size="tiny" /> } : {})}
                >
                  {submitLabel}
                </Button>
              ) : null}
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
