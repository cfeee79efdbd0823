/** Starts the app: signs in, and shows the page that the address names until another one is asked for. */
import { createApi } from './api.ts';
import { createIdentity } from './identity.ts';
import type { Page } from './page.ts';
import { diagramPage } from './pages/diagram-page.ts';
import { homePage } from './pages/home-page.ts';
import { signInPage } from './pages/sign-in-page.ts';
import { fragmentOf, readRoute, type Route } from './route.ts';

start(document.getElementById('page') ?? document.body);

function start(place: HTMLElement): void {
  const identity = createIdentity(sessionStorage);
  const api = createApi(identity.token);
  let page: Page | null = null;
  let shown: Route = { kind: 'home' };

  function show(route: Route, note: string | null = null): void {
    page?.close();
    shown = route;
    page = pageOf(route, note);
    titled(page.title);
    place.replaceChildren(page.element);
    page.element.querySelector('h1')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  function pageOf(route: Route, note: string | null): Page {
    const signedIn = identity.current();
    if (signedIn === null) return signInPage({ api, identity, note, done: () => show(readRoute(location.hash)) });
    const { me } = signedIn;
    if (route.kind === 'home')
      return homePage({
        api,
        me,
        signOut,
        opened: (diagram) => go({ kind: 'diagram', threatModel: diagram.threat_model_id, diagram: diagram.id }),
      });
    return diagramPage({
      api,
      identity,
      me,
      threatModel: route.threatModel,
      diagram: route.diagram,
      home: () => go({ kind: 'home' }),
      openAnew: () => show(route),
      signOut,
      titled,
    });
  }

  function signOut(note: string | null = null): void {
    identity.signOut();
    show(readRoute(location.hash), note);
  }

  addEventListener('hashchange', () => {
    const route = readRoute(location.hash);
    if (fragmentOf(route) === fragmentOf(shown)) return;
    if (page?.mayLeave() ?? true) show(route);
    else history.replaceState(null, '', fragmentOf(shown));
  });
  addEventListener('beforeunload', (event) => {
    if (!(page?.mayLeave() ?? true)) event.preventDefault();
  });

  show(readRoute(location.hash));
}

function go(route: Route): void {
  location.hash = fragmentOf(route);
}

function titled(title: string): void {
  document.title = `${title} - Roundtable`;
}
