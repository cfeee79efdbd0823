/** The REST side of the SDK: every call of every API, and nothing that needs Yjs or a socket. */
import { conversationsApi } from './apis/conversations.ts';
import { diagramsApi } from './apis/diagrams.ts';
import { groupsApi } from './apis/groups.ts';
import { auditApi, peopleApi } from './apis/people.ts';
import { sessionsApi } from './apis/sessions.ts';
import { threatModelsApi } from './apis/threat-models.ts';
import { workspacesApi } from './apis/workspaces.ts';
import { systemClock, type Clock } from './clock.ts';
import { createTokens, type Tokens, type TokenSource } from './tokens.ts';
import { createTransport, type Language } from './transport.ts';

export interface ApiOptions {
  /** Where the server is, such as `https://roundtable.example.com`. */
  url: string | URL;
  /** The bearer token, or what gives it; may be asynchronous. It is asked before every call and every connection. */
  token: TokenSource;
  /** What the sentences for people are in, or what says so whenever there is one; else what the browser asks for. */
  language?: Language | (() => Language) | undefined;
  /** In place of the global one. */
  fetch?: typeof fetch | undefined;
  /** How long one attempt of a call may take, ms; 30 s unless told. With bytes, longer by what a slow connection needs. */
  timeout?: number | undefined;
}

export type Api = ReturnType<typeof apiOf>;

/** The REST calls alone. `createClient` has them too, and everything that is live. */
export function createApi(options: ApiOptions): Api {
  return apiOf(options, createTokens(options.token), systemClock);
}

export function baseOf(url: string | URL): string {
  return String(url).replace(/\/+$/, '');
}

/** Null where nobody has chosen one. */
export function languageOf({ language = null }: { language?: ApiOptions['language'] | null }): Language | null {
  return typeof language === 'function' ? language() : language;
}

export function apiOf(options: ApiOptions, tokens: Tokens, clock: Clock) {
  const transport = createTransport({
    url: baseOf(options.url),
    tokens,
    language: () => languageOf(options),
    // Called later, so that a page may still replace the global one; and not as a method, which browsers refuse.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    clock,
    timeout: options.timeout ?? 30_000,
  });
  const people = peopleApi(transport);
  return {
    /** The caller, in the spellings that the APIs use. */
    me: people.me,
    people: { find: people.find },
    workspaces: workspacesApi(transport, people.me),
    groups: groupsApi(transport),
    conversations: conversationsApi(transport, people.me),
    threatModels: threatModelsApi(transport),
    diagrams: diagramsApi(transport),
    sessions: sessionsApi(transport),
    audit: auditApi(transport),
  };
}
