/** A threat model and who may do what with it: grants to a person or to a group, exactly one of the two. */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';
import { UserGroup } from './group.ts';
import { Profile } from './profile.ts';
import { Workspace } from './workspace.ts';

const roles = [REQUEST_ROLE];
const reads = (column: string) => `threat_model_role(${column}, current_person()) is not null`;
const writes = (column: string) => `threat_model_role(${column}, current_person()) in ('writer', 'owner')`;
const owns = (column: string) => `threat_model_role(${column}, current_person()) = 'owner'`;

export const ThreatModel = defineEntity({
  name: 'ThreatModel',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    description: p.text().nullable(),
    workspace: () => p.manyToOne(Workspace).mapToPk().nullable().deleteRule('cascade').index(),
    owner: () => p.manyToOne(Profile).mapToPk(),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
  policies: [
    { name: 'threat_model_read', command: 'select', roles, using: reads('id') },
    { name: 'threat_model_change', command: 'update', roles, using: writes('id'), check: writes('id') },
    { name: 'threat_model_delete', command: 'delete', roles, using: owns('id') },
  ],
});

export const ThreatModelGrant = defineEntity({
  name: 'ThreatModelGrant',
  properties: {
    id: p.uuid().primary(),
    threatModel: () => p.manyToOne(ThreatModel).mapToPk().deleteRule('cascade'),
    profile: () => p.manyToOne(Profile).mapToPk().nullable().deleteRule('cascade').index(),
    group: () => p.manyToOne(UserGroup).mapToPk().nullable().deleteRule('cascade').index(),
    role: p.text().check(`role in ('reader', 'writer', 'owner')`).$type<'reader' | 'writer' | 'owner'>(),
  },
  uniques: [{ properties: ['threatModel', 'profile'] }, { properties: ['threatModel', 'group'] }],
  checks: [{ name: 'threat_model_grant_one_subject', expression: 'num_nonnulls(profile_id, group_id) = 1' }],
  policies: [
    { name: 'threat_model_grant_read', command: 'select', roles, using: reads('threat_model_id') },
    { name: 'threat_model_grant_add', command: 'insert', roles, check: owns('threat_model_id') },
    { name: 'threat_model_grant_remove', command: 'delete', roles, using: owns('threat_model_id') },
  ],
});
