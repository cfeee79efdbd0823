/**
 * The GraphQL schema: groups and their members over the same roster as REST (MB8), with ids that are ULIDs. A field
 * says what it takes and gives back; `caller.answer` turns refusals into errors and reports how the attempt came out.
 * `schema.graphql` is this, printed.
 */
import SchemaBuilder from '@pothos/core';
import type { GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { memberKeys } from '../http/contracts/group-members.ts';
import { groupOnWire, ulid } from '../http/contracts/groups.ts';
import { personOnWire } from '../http/contracts/people.ts';
import { cursorOf, type Page } from '../http/page.ts';
import { validated } from '../http/route.ts';
import type { Groups, GroupView } from '../membership/groups.ts';
import type { Member } from '../membership/kind.ts';
import { group } from '../membership/kinds/group.ts';
import type { Roster } from '../membership/roster.ts';
import { byId } from '../membership/subjects.ts';
import { groupMemberOnWire } from '../membership/wire.ts';
import type { Caller } from './caller.ts';
import { answered } from './lists.ts';

export interface SchemaParts {
  groups: Groups;
  roster: Roster;
}

type Me = ReturnType<typeof personOnWire> & { platform_admin: boolean };
type Group = ReturnType<typeof groupOnWire>;
type GroupMember = ReturnType<typeof groupMemberOnWire>;

interface Types {
  Context: Caller;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: string; Output: string };
  };
}

const ids = z.object({ group_id: ulid, user_id: ulid });
const listing = z.object({
  group_id: ulid,
  first: z.int().min(1).max(100).nullish(),
  after: cursorOf(...memberKeys).nullish(),
});

export function createSchema({ groups, roster }: SchemaParts): GraphQLSchema {
  const builder = new SchemaBuilder<Types>({ defaultFieldNullability: false });
  builder.scalarType('DateTime', {
    description: 'ISO 8601, UTC, with milliseconds',
    serialize: (value) => value,
  });

  const me = builder.objectRef<Me>('Me').implement({
    description: 'The caller, in the four spellings that the APIs use',
    fields: (t) => ({
      id: t.exposeID('id'),
      ulid: t.exposeID('ulid'),
      number: t.exposeInt('number'),
      email: t.exposeString('email'),
      username: t.exposeString('username'),
      fullName: t.exposeString('full_name', { nullable: true }),
      avatarUrl: t.exposeString('avatar_url', { nullable: true }),
      platformAdmin: t.exposeBoolean('platform_admin'),
    }),
  });
  const groupType = builder.objectRef<Group>('Group').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.exposeString('name'),
      description: t.exposeString('description', { nullable: true }),
      ownerId: t.exposeID('owner_id'),
      createdAt: t.expose('created_at', { type: 'DateTime' }),
    }),
  });
  const member = builder.objectRef<GroupMember>('GroupMember').implement({
    fields: (t) => ({
      userId: t.exposeID('user_id'),
      username: t.exposeString('username'),
      email: t.exposeString('email'),
      addedAt: t.expose('added_at', { type: 'DateTime' }),
      addedBy: t.exposeID('added_by', { nullable: true, description: 'null when their profile is gone' }),
    }),
  });
  const members = builder.objectRef<{ nodes: GroupMember[]; endCursor: string | null }>('GroupMembers').implement({
    fields: (t) => ({
      nodes: t.expose('nodes', { type: [member], description: 'In order of addedAt' }),
      endCursor: t.exposeString('endCursor', { nullable: true, description: 'null at the end' }),
    }),
  });

  builder.queryType({
    fields: (t) => ({
      me: t.field({
        type: me,
        resolve: (_, __, { actor }) => ({ ...personOnWire(actor), platform_admin: actor.platformAdmin }),
      }),
      group: t.field({
        type: groupType,
        nullable: true,
        args: { id: t.arg.id({ required: true }) },
        description: 'A group, for its owner and members',
        resolve: (_, { id }, caller) =>
          caller.answer({}, async () => {
            const [read] = validated([{ schema: z.object({ group_id: ulid }), value: { group_id: id } }]);
            return groupOnWire(await groups.read(caller.actor, (read as { group_id: string }).group_id));
          }),
      }),
      groups: t.field({
        type: [groupType],
        description: 'The groups that the caller owns or has joined',
        resolve: (_, __, caller, info) =>
          caller.answer({}, async () => {
            const read = (page: Page) => groups.mine(caller.actor, page);
            const list = { read, key: ({ id }: GroupView) => [id], told: groupOnWire };
            return (await answered(list, { limit: null, after: null }, caller.lists, info)).nodes;
          }),
      }),
      groupMembers: t.field({
        type: members,
        nullable: true,
        args: { groupId: t.arg.id({ required: true }), first: t.arg.int(), after: t.arg.string() },
        description: 'Its members, for owner and members; complete unless `first` (1 to 100) is given',
        resolve: (_, { groupId, first, after }, caller, info) =>
          caller.answer({ operation: 'list', groupId }, async () => {
            const [asked] = validated([{ schema: listing, value: { group_id: groupId, first, after } }]);
            const read = asked as z.output<typeof listing>;
            const attempt = { kind: group, container: read.group_id, actor: caller.actor };
            const list = {
              read: (page: Page) => roster.list(attempt, page),
              key: ({ addedAt, person }: Member) => [addedAt.toISOString(), person.id],
              told: groupMemberOnWire,
            };
            return answered(list, { limit: read.first ?? null, after: read.after ?? null }, caller.lists, info);
          }),
      }),
    }),
  });

  builder.mutationType({
    fields: (t) => ({
      addGroupMember: t.field({
        type: member,
        args: { groupId: t.arg.id({ required: true }), userId: t.arg.id({ required: true }) },
        description: 'Adds somebody who has a profile; the owner may',
        resolve: (_, { groupId, userId }, caller) =>
          caller.answer({ operation: 'add', groupId, userId }, async () => {
            const { attempt, subject } = named(caller, groupId, userId);
            return groupMemberOnWire(await roster.add(attempt, subject, null));
          }),
      }),
      removeGroupMember: t.boolean({
        args: { groupId: t.arg.id({ required: true }), userId: t.arg.id({ required: true }) },
        description: 'Removes a member; the owner may. True, or an error',
        resolve: (_, { groupId, userId }, caller) =>
          caller.answer({ operation: 'remove', groupId, userId }, async () => {
            const { attempt, subject } = named(caller, groupId, userId);
            await roster.remove(attempt, subject);
            return true;
          }),
      }),
    }),
  });
  return builder.toSchema();
}

/** @throws Refusal invalid */
function named({ actor, requestId }: Caller, groupId: string, userId: string) {
  const [read] = validated([{ schema: ids, value: { group_id: groupId, user_id: userId } }]);
  const { group_id: container, user_id: id } = read as z.output<typeof ids>;
  return { attempt: { kind: group, container, actor, requestId }, subject: byId(id, userId) };
}
