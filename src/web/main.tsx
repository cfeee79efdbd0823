/** Starts the app in the page. */
import './style/mantine.css';
import './style/tokens.css';
import './style/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createIdentity } from './identity/identity.ts';
import { startLanguage } from './language/language.ts';

startLanguage(localStorage, document.documentElement);
createRoot(document.getElementById('app') ?? document.body).render(
  <StrictMode>
    <App identity={createIdentity(sessionStorage)} />
  </StrictMode>,
);
