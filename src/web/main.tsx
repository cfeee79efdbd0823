/** Starts the app in the page. */
import './style/mantine.css';
import './style/tokens.css';
import './style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createIdentity } from './identity/identity.ts';
import { leaveIssuer } from './identity/issuer/issuer.ts';
import { startLanguage } from './language/language.ts';
import { returnFocus } from './style/focus.ts';

const identity = createIdentity(sessionStorage, (signed) => void leaveIssuer(signed));
startLanguage(localStorage, document.documentElement);
returnFocus();
createRoot(document.getElementById('app') ?? document.body).render(
  <StrictMode>
    <App identity={identity} />
  </StrictMode>,
);
