import { Toast, ToastTitle, useToastController } from '@fluentui/react-components';
import { useCallback } from 'react';
import { errorText } from './notices.tsx';

export const TOASTER_ID = 'console';

/** Short words about what has just been done, that go by themselves. */
export function useToasts(): { done(text: string): void; failed(error: unknown): void } {
  const { dispatchToast } = useToastController(TOASTER_ID);
  return {
    done: useCallback(
      (text) =>
        dispatchToast(
          <Toast>
            <ToastTitle>{text}</ToastTitle>
          </Toast>,
          { intent: 'success', timeout: 4_000 },
        ),
      [dispatchToast],
    ),
    failed: useCallback(
      (error) =>
        dispatchToast(
          <Toast>
            <ToastTitle>{errorText(error)}</ToastTitle>
          </Toast>,
          { intent: 'error', timeout: 10_000, politeness: 'assertive' },
        ),
      [dispatchToast],
    ),
  };
}
