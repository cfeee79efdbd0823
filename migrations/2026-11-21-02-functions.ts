/**
 * What the request role is told through functions: who is calling, and what they are to a container. They run as
 * their owner, because the caller may not see the rows that decide it: container locks, epochs, audit, notices, standing.
 */
import { Migration } from '@mikro-orm/migrations';

/** A function that sees past row level security. `search_path` is pinned so that a caller cannot shadow a table. */
const definer = (signature: string, returns: string, body: string, volatility = 'stable'): string =>
  `create function ${signature} returns ${returns} language sql ${volatility} security definer
   set search_path = public, pg_temp as $body$ ${body} $body$`;

export class Functions extends Migration {
  override up(): void {
    // Whoever may not create roles may not try either, not even one that an administrator has created.
    this.addSql(`do $body$ begin
      if not exists (select from pg_roles where rolname = 'roundtable_request') then create role roundtable_request nologin; end if;
      exception when duplicate_object or unique_violation then null; end $body$`);
    this.addSql(`do $body$ begin execute format('grant roundtable_request to %I', current_user);
      exception when insufficient_privilege then
        if not pg_has_role(current_user, 'roundtable_request', 'member') then raise; end if; end $body$`);
    this.addSql('insert into deployment (id) values (gen_random_uuid())');
    this.addSql(`create function current_person() returns uuid language sql stable parallel safe as
      $body$ select nullif(current_setting('roundtable.person', true), '')::uuid $body$`);
    this.addSql(`create function is_platform_admin() returns boolean language sql stable parallel safe as
      $body$ select coalesce(current_setting('roundtable.platform_admin', true) = 'true', false) $body$`);

    // What the caller belongs to: a policy asks once for a whole statement, not once for each row of it.
    this.addSql(
      definer(
        'my_workspaces()',
        'setof uuid',
        'select workspace_id from workspace_member where profile_id = current_person()',
        'stable rows 20',
      ),
    );
    this.addSql(
      definer(
        'my_groups()',
        'setof uuid',
        `select id from user_group where owner_id = current_person()
       union select group_id from group_member where profile_id = current_person()`,
        'stable rows 20',
      ),
    );
    this.addSql(
      definer(
        'my_conversations()',
        'setof int',
        'select conversation_id from conversation_participant where profile_id = current_person()',
        'stable rows 20',
      ),
    );

    // Roles: the one place where grants, groups and workspaces become a role in a threat model.
    this.addSql(
      definer(
        'workspace_role(workspace uuid)',
        'text',
        'select role from workspace_member where workspace_id = workspace and profile_id = current_person()',
      ),
    );
    this.addSql(
      definer(
        'group_standing(grp uuid)',
        'text',
        `select case when owner_id = current_person() then 'owner'
         when exists (select from group_member where group_id = grp and profile_id = current_person()) then 'member' end
       from user_group where id = grp`,
      ),
    );
    this.addSql(
      definer(
        'conversation_role(conversation int)',
        'text',
        'select role from conversation_participant where conversation_id = conversation and profile_id = current_person()',
      ),
    );
    this.addSql(
      definer(
        'threat_model_role(model uuid, person uuid)',
        'text',
        `select role from (
         select role from threat_model_grant where threat_model_id = model and profile_id = person
         union all
         select g.role from threat_model_grant g join user_group u on u.id = g.group_id
          where g.threat_model_id = model and (u.owner_id = person
            or exists (select from group_member m where m.group_id = u.id and m.profile_id = person))
         union all
         select case m.role when 'owner' then 'owner' when 'read_only' then 'reader' else 'writer' end
           from threat_model t join workspace_member m on m.workspace_id = t.workspace_id
          where t.id = model and m.profile_id = person
       ) held order by array_position(array['owner', 'writer', 'reader'], role) limit 1`,
      ),
    );
    this.addSql(
      definer(
        'diagram_role(diagram uuid, person uuid)',
        'text',
        'select threat_model_role(threat_model_id, person) from diagram d where d.id = diagram',
      ),
    );
    this.addSql(
      definer(
        'threat_models_of(person uuid)',
        'setof uuid',
        `select threat_model_id from threat_model_grant where profile_id = person
       union
       select g.threat_model_id from threat_model_grant g join group_member m on m.group_id = g.group_id
        where m.profile_id = person
       union
       select g.threat_model_id from threat_model_grant g join user_group u on u.id = g.group_id where u.owner_id = person
       union
       select t.id from workspace_member m join threat_model t on t.workspace_id = m.workspace_id where m.profile_id = person`,
      ),
    );

    // Containers: locked before a roster changes, with every threat model that they reach, in the order of their ids.
    this.addSql(
      definer(
        'container_exists(kind text, id text)',
        'boolean',
        `select case kind
         when 'workspace' then exists (select from workspace w where w.id = container_exists.id::uuid)
         when 'group' then exists (select from user_group g where g.id = container_exists.id::uuid)
         when 'conversation' then exists (select from conversation c where c.id = container_exists.id::int)
         when 'threat_model' then exists (select from threat_model t where t.id = container_exists.id::uuid)
         when 'diagram' then exists (select from diagram d where d.id = container_exists.id::uuid) end`,
      ),
    );
    this.addSql(
      definer(
        'diagram_is_in(diagram uuid, model uuid)',
        'boolean',
        'select exists (select from diagram d where d.id = diagram_is_in.diagram and d.threat_model_id = model)',
      ),
    );
    this.addSql(`create function lock_container(kind text, id text) returns boolean language plpgsql volatile
      security definer set search_path = public, pg_temp as $body$
      begin
        case kind
          when 'workspace' then perform from workspace w where w.id = lock_container.id::uuid for update;
          when 'group' then perform from user_group g where g.id = lock_container.id::uuid for update;
          when 'conversation' then perform from conversation c where c.id = lock_container.id::int for update;
          when 'threat_model' then perform from threat_model t where t.id = lock_container.id::uuid for update;
        end case;
        if not found then return false; end if;
        if kind = 'workspace' then
          perform from threat_model t where t.workspace_id = lock_container.id::uuid order by t.id for update;
        elsif kind = 'group' then
          perform from threat_model t where t.id in
            (select threat_model_id from threat_model_grant where group_id = lock_container.id::uuid) order by t.id for update;
        end if;
        return true;
      end $body$`);
    this.addSql(`create function raise_access_epochs(kind text, id text) returns setof uuid language plpgsql volatile
      security definer set search_path = public, pg_temp as $body$
      declare models uuid[];
      begin
        models := case kind
          when 'threat_model' then array[id::uuid]
          when 'workspace' then array(select t.id from threat_model t where t.workspace_id = raise_access_epochs.id::uuid)
          when 'group' then array(select threat_model_id from threat_model_grant where group_id = raise_access_epochs.id::uuid)
          else array[]::uuid[] end;
        perform from diagram d where d.threat_model_id = any (models) order by d.id for no key update;
        return query update diagram d set access_epoch = d.access_epoch + 1
          where d.threat_model_id = any (models) returning d.id;
      end $body$`);

    // A grant to a group holds the group still, so that a change of its members cannot miss the threat model it now reaches.
    this.addSql(
      definer(
        'hold_groups(ids uuid[])',
        'setof uuid',
        'select id from user_group where id = any (ids) order by id for share',
        'volatile',
      ),
    );
    this.addSql(`create function replace_grants(model uuid, grants jsonb) returns void language plpgsql volatile
      security definer set search_path = public, pg_temp as $body$
      begin
        if threat_model_role(model, current_person()) is distinct from 'owner' then
          raise insufficient_privilege using message = 'only an owner replaces grants';
        end if;
        delete from threat_model_grant where threat_model_id = model;
        insert into threat_model_grant (id, threat_model_id, profile_id, group_id, role)
          select g.id, model, g.profile, g.grp, g.role
          from jsonb_to_recordset(grants) as g (id uuid, profile uuid, grp uuid, role text);
        update threat_model t set owner_id = coalesce(
          (select profile_id from threat_model_grant where threat_model_id = model and role = 'owner' and profile_id = t.owner_id),
          (select profile_id from threat_model_grant where threat_model_id = model and role = 'owner' and profile_id is not null
            order by id limit 1),
          t.owner_id) where t.id = model;
      end $body$`);

    // What a request writes without being allowed to read or change it.
    this.addSql(
      definer(
        'record_audit(id uuid, actor uuid, action text, container text, subject text, role text, outcome text, details jsonb, request text)',
        'void',
        `insert into audit_event (id, actor_id, action, container, subject, subject_key, role, outcome, details, request_id)
         values ($1, $2, $3, $4, $5, lower($5), $6, $7, $8, $9)`,
        'volatile',
      ),
    );
    this.addSql(`create function write_room_notice(kind text, container text, payload jsonb) returns int language plpgsql volatile
      security definer set search_path = public, pg_temp as $body$
      declare revised int;
      begin
        case kind
          when 'workspace' then update workspace w set revision = w.revision + 1 where w.id = container::uuid returning revision into revised;
          when 'group' then update user_group g set revision = g.revision + 1 where g.id = container::uuid returning revision into revised;
          when 'conversation' then update conversation c set revision = c.revision + 1 where c.id = container::int returning revision into revised;
        end case;
        if revised is not null then
          insert into notice (scope, revision, ordinal, payload) values (kind || ':' || container, revised, 0, payload);
        end if;
        return revised;
      end $body$`);
    this.addSql(
      definer(
        'create_workspace(id uuid, name text)',
        'timestamptz',
        `with created as (insert into workspace (id, name) values ($1, $2) returning created_at),
            owner as (insert into workspace_member (workspace_id, profile_id, role, added_by_id)
                      select $1, current_person(), 'owner', current_person() from created)
       select created_at from created`,
        'volatile',
      ),
    );
    this.addSql(
      definer(
        'create_conversation(title text, about uuid)',
        'setof conversation',
        `with created as (insert into conversation (title, diagram_id)
                      select $1, $2 where $2 is null or diagram_role($2, current_person()) is not null returning *),
            admin as (insert into conversation_participant (conversation_id, profile_id, role, added_by_id)
                      select id, current_person(), 'admin', current_person() from created)
       select * from created`,
        'volatile',
      ),
    );
    this.addSql(
      definer(
        'create_threat_model(id uuid, grant_id uuid, name text, description text, workspace uuid)',
        'timestamptz',
        `with created as (insert into threat_model (id, name, description, workspace_id, owner_id)
                        values ($1, $3, $4, $5, current_person()) returning created_at),
            owner as (insert into threat_model_grant (id, threat_model_id, profile_id, role)
                      select $2, $1, current_person(), 'owner' from created)
       select created_at from created`,
        'volatile',
      ),
    );
    this.addSql(`revoke execute on function
      workspace_role(uuid), group_standing(uuid), conversation_role(int), threat_model_role(uuid, uuid),
      diagram_role(uuid, uuid), threat_models_of(uuid), container_exists(text, text), lock_container(text, text),
      raise_access_epochs(text, text), record_audit(uuid, uuid, text, text, text, text, text, jsonb, text),
      write_room_notice(text, text, jsonb), create_workspace(uuid, text), create_conversation(text, uuid),
      create_threat_model(uuid, uuid, text, text, uuid), hold_groups(uuid[]), replace_grants(uuid, jsonb),
      diagram_is_in(uuid, uuid), my_workspaces(), my_groups(), my_conversations() from public`);
    this.addSql(`grant execute on function
      workspace_role(uuid), group_standing(uuid), conversation_role(int), threat_model_role(uuid, uuid),
      diagram_role(uuid, uuid), threat_models_of(uuid), container_exists(text, text), lock_container(text, text),
      raise_access_epochs(text, text), record_audit(uuid, uuid, text, text, text, text, text, jsonb, text),
      write_room_notice(text, text, jsonb), create_workspace(uuid, text), create_conversation(text, uuid),
      create_threat_model(uuid, uuid, text, text, uuid), hold_groups(uuid[]), replace_grants(uuid, jsonb),
      diagram_is_in(uuid, uuid), my_workspaces(), my_groups(), my_conversations() to roundtable_request`);
  }
}
