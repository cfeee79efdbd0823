/** What all pages stand in: looks, data, who is signed in, and the routes. */
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { RouterProvider } from 'react-router/dom';
import type { Identity } from './identity/identity.ts';
import { IdentityProvider } from './identity/signed-in.tsx';
import { createQueries } from './queries.ts';
import { createRouter } from './routes.tsx';
import { theme } from './style/theme.ts';

export function App({ identity }: { identity: Identity }) {
  const [queries] = useState(createQueries);
  const [router] = useState(() => createRouter(identity));
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queries}>
        <IdentityProvider identity={identity}>
          <RouterProvider router={router} />
        </IdentityProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
