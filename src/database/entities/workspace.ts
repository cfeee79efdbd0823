/** A workspace and its members. Writing a row of the roster needs a role in it; an owner's row needs an owner (MB2, MB9). */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';
import { Profile } from './profile.ts';

export const workspaceRoles = ['owner', 'admin', 'member', 'read_only'] as const;

const roles = [REQUEST_ROLE];
const manages = `workspace_role(workspace_id) = 'owner' or (workspace_role(workspace_id) = 'admin' and role <> 'owner')`;

export const Workspace = defineEntity({
  name: 'Workspace',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    revision: p.integer().default(0),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
  policies: [
    { name: 'workspace_read', command: 'select', roles, using: 'id in (select my_workspaces())' },
    {
      name: 'workspace_change',
      command: 'update',
      roles,
      using: `workspace_role(id) in ('owner', 'admin')`,
      check: `workspace_role(id) in ('owner', 'admin')`,
    },
    { name: 'workspace_delete', command: 'delete', roles, using: `workspace_role(id) = 'owner'` },
  ],
});

export const WorkspaceMember = defineEntity({
  name: 'WorkspaceMember',
  properties: {
    workspace: () => p.manyToOne(Workspace).mapToPk().primary().deleteRule('cascade'),
    profile: () => p.manyToOne(Profile).mapToPk().primary().deleteRule('cascade').index(),
    role: p.text().check(`role in ('owner', 'admin', 'member', 'read_only')`).$type<(typeof workspaceRoles)[number]>(),
    addedAt: p.datetime(3).defaultRaw('clock_timestamp()'),
    addedBy: () => p.manyToOne(Profile).mapToPk().nullable().deleteRule('set null'),
  },
  indexes: [
    { properties: ['workspace', 'addedAt', 'profile'] },
    {
      name: 'workspace_member_owners',
      expression: `create index workspace_member_owners on workspace_member (workspace_id) where role = 'owner'`,
    },
  ],
  policies: [
    { name: 'workspace_member_read', command: 'select', roles, using: 'workspace_id in (select my_workspaces())' },
    { name: 'workspace_member_add', command: 'insert', roles, check: manages },
    { name: 'workspace_member_change', command: 'update', roles, using: manages, check: manages },
    {
      name: 'workspace_member_remove',
      command: 'delete',
      roles,
      using: `${manages} or profile_id = current_person()`,
    },
  ],
});
