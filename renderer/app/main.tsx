import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect } from '../connection/connection';
import { keepEqual } from '../connection/keep-equal';
import { fetchPages } from '../routing/screen';
import { followTheme, followTimeZone } from '../stores/settings-store';
import { App } from './App';

// Screens ask again when the store changes, not when a window is focused; a failed call shows its error at once.
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
      networkMode: 'always',
      structuralSharing: (old, fresh) => keepEqual(old, fresh),
    },
  },
});

followTheme();
followTimeZone();
connect();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);

// The first screen comes first.
window.requestIdleCallback(() => void fetchPages(), { timeout: 10_000 });
