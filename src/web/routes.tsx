/** Which address shows which page. What everybody needs first comes with the first load; a diagram comes when it is opened. */
import { createBrowserRouter } from 'react-router';
import type { Identity } from './identity/identity.ts';
import { RETURN_PATH } from './identity/issuer/addresses.ts';
import { RequireSignIn } from './identity/require-sign-in.tsx';
import { Returned, Returning, takeReturn } from './identity/returning.tsx';
import { BrokenPage } from './pages/broken-page.tsx';
import { Frame } from './pages/frame.tsx';
import { HomePage } from './pages/home-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';

/** What is shown until the first page has come. */
const Nothing = () => null;

export function createRouter(identity: Identity) {
  return createBrowserRouter([
    {
      ErrorBoundary: BrokenPage,
      children: [
        { path: '/sign-in', Component: SignInPage },
        {
          path: RETURN_PATH,
          loader: () => takeReturn(identity),
          Component: Returned,
          HydrateFallback: Returning,
        },
        {
          Component: RequireSignIn,
          HydrateFallback: Nothing,
          children: [
            {
              Component: Frame,
              children: [
                { path: '/', Component: HomePage },
                {
                  path: '/workspaces',
                  lazy: async () => ({ Component: (await import('./pages/workspaces-page.tsx')).WorkspacesPage }),
                },
                {
                  path: '/workspaces/:workspaceId',
                  lazy: async () => ({ Component: (await import('./pages/workspace-page.tsx')).WorkspacePage }),
                },
                {
                  path: '/groups',
                  lazy: async () => ({ Component: (await import('./pages/groups-page.tsx')).GroupsPage }),
                },
                {
                  path: '/groups/:groupId',
                  lazy: async () => ({ Component: (await import('./pages/group-page.tsx')).GroupPage }),
                },
              ],
            },
            {
              path: '/threat-models/:threatModelId/diagrams/:diagramId',
              lazy: async () => ({ Component: (await import('./diagram/diagram-page.tsx')).default }),
            },
          ],
        },
        { path: '*', Component: NotFoundPage },
      ],
    },
  ]);
}
