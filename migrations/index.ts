/** Every migration in its order. They only go forward; a released one is never changed. */
import { Tables } from './2026-11-21-01-tables.ts';
import { Functions } from './2026-11-21-02-functions.ts';
import { RowLevelSecurity } from './2026-11-21-03-row-level-security.ts';
import { SessionOrdinal } from './2026-11-25-01-session-ordinal.ts';
import { ThreatModelsInWorkspaces } from './2026-11-26-01-threat-models-in-workspaces.ts';
import { RandomNumbers } from './2026-11-27-01-random-numbers.ts';
import { NamesInSessions } from './2026-11-27-02-names-in-sessions.ts';

export const migrations = [
  { name: '2026-11-21-01-tables', class: Tables },
  { name: '2026-11-21-02-functions', class: Functions },
  { name: '2026-11-21-03-row-level-security', class: RowLevelSecurity },
  { name: '2026-11-25-01-session-ordinal', class: SessionOrdinal },
  { name: '2026-11-26-01-threat-models-in-workspaces', class: ThreatModelsInWorkspaces },
  { name: '2026-11-27-01-random-numbers', class: RandomNumbers },
  { name: '2026-11-27-02-names-in-sessions', class: NamesInSessions },
];
