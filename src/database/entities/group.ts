/** A group of people. Its owner is not a member row; only the owner adds and removes (MB6). */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';
import { Profile } from './profile.ts';

const roles = [REQUEST_ROLE];

export const UserGroup = defineEntity({
  name: 'UserGroup',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    description: p.text().nullable(),
    owner: () => p.manyToOne(Profile).mapToPk().index(),
    revision: p.integer().default(0),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
  policies: [
    {
      name: 'user_group_read',
      command: 'select',
      roles,
      using: 'owner_id = current_person() or id in (select my_groups())',
    },
    { name: 'user_group_create', command: 'insert', roles, check: 'owner_id = current_person()' },
    { name: 'user_group_change', command: 'update', roles, using: 'owner_id = current_person()', check: 'true' },
    { name: 'user_group_delete', command: 'delete', roles, using: 'owner_id = current_person()' },
  ],
});

export const GroupMember = defineEntity({
  name: 'GroupMember',
  properties: {
    group: () => p.manyToOne(UserGroup).mapToPk().primary().deleteRule('cascade'),
    profile: () => p.manyToOne(Profile).mapToPk().primary().deleteRule('cascade').index(),
    addedAt: p.datetime(3).defaultRaw('clock_timestamp()'),
    addedBy: () => p.manyToOne(Profile).mapToPk().nullable().deleteRule('set null'),
  },
  indexes: [{ properties: ['group', 'addedAt', 'profile'] }],
  policies: [
    { name: 'group_member_read', command: 'select', roles, using: 'group_id in (select my_groups())' },
    { name: 'group_member_add', command: 'insert', roles, check: `group_standing(group_id) = 'owner'` },
    { name: 'group_member_remove', command: 'delete', roles, using: `group_standing(group_id) = 'owner'` },
  ],
});
