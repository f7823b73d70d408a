import './global.css';
import { Toaster } from '@fluentui/react-components';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './app/query-client.ts';
import { createConsoleRouter } from './app/router.tsx';
import { sessionQuery } from './app/session.tsx';
import { ThemeProvider } from './app/theme.tsx';
import { TOASTER_ID } from './ui/toasts.tsx';

const queryClient = createQueryClient(() => {
  if (queryClient.getQueryData(sessionQuery.queryKey) === null) return;
  queryClient.setQueryData(sessionQuery.queryKey, null);
  const { pathname, searchStr } = router.state.location;
  void router.navigate({ to: '/sign-in', search: { returnTo: pathname + searchStr } });
});
const router = createConsoleRouter(queryClient);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id root');
createRoot(root).render(
  <StrictMode>
    <ThemeProvider>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toaster toasterId={TOASTER_ID} position="bottom-end" />
      </QueryClientProvider>
    </ThemeProvider>
  </StrictMode>,
);
