/** Workspaces: owners and admins manage members; only owners touch owners (MB2), and one of them has to remain (MB3). */
import { workspaceRoles } from '../../database/entities/workspace.ts';
import type { Kind, Standing } from '../kind.ts';

const manages = (standing: Standing) => standing.role === 'owner' || standing.role === 'admin';
const touches = (standing: Standing, role: string | null | undefined) =>
  manages(standing) && (role !== 'owner' || standing.role === 'owner');

export const workspace: Kind = {
  name: 'workspace',
  roles: workspaceRoles,
  table: 'workspace_member',
  containerColumn: 'workspace_id',
  numbered: false,
  standing: 'select workspace_role(?) as role',
  kept: 'owner',
  reachesDiagrams: true,
  may: {
    add: touches,
    change: (standing, from, to) => touches(standing, from) && touches(standing, to),
    remove: (standing, role) => standing.self || touches(standing, role),
    list: (standing) => standing.role !== null,
    listen: (standing) => standing.role !== null,
  },
};
