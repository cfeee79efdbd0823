/** The second lock (MB9): what the request role may touch at all, and which rows of it. Tables that are not granted here it cannot even read. */
import { Migration } from '@mikro-orm/migrations';

export class RowLevelSecurity extends Migration {
  override up(): void {
    this.addSql(`alter table audit_event enable row level security`);
    this.addSql(
      `create policy audit_event_read on audit_event for select to roundtable_request using (is_platform_admin())`,
    );
    this.addSql(`alter table deployment enable row level security`);
    this.addSql(`alter table node_lease enable row level security`);
    this.addSql(`alter table notice enable row level security`);
    this.addSql(`alter table profile enable row level security`);
    this.addSql(`create policy profile_read on profile for select to roundtable_request using (true)`);
    this.addSql(`alter table user_group enable row level security`);
    this.addSql(
      `create policy user_group_read on user_group for select to roundtable_request using (owner_id = current_person() or id in (select my_groups()))`,
    );
    this.addSql(
      `create policy user_group_create on user_group for insert to roundtable_request with check (owner_id = current_person())`,
    );
    this.addSql(
      `create policy user_group_change on user_group for update to roundtable_request using (owner_id = current_person()) with check (true)`,
    );
    this.addSql(
      `create policy user_group_delete on user_group for delete to roundtable_request using (owner_id = current_person())`,
    );
    this.addSql(`alter table group_member enable row level security`);
    this.addSql(
      `create policy group_member_read on group_member for select to roundtable_request using (group_id in (select my_groups()))`,
    );
    this.addSql(
      `create policy group_member_add on group_member for insert to roundtable_request with check (group_standing(group_id) = 'owner')`,
    );
    this.addSql(
      `create policy group_member_remove on group_member for delete to roundtable_request using (group_standing(group_id) = 'owner')`,
    );
    this.addSql(`alter table workspace enable row level security`);
    this.addSql(
      `create policy workspace_read on workspace for select to roundtable_request using (id in (select my_workspaces()))`,
    );
    this.addSql(
      `create policy workspace_change on workspace for update to roundtable_request using (workspace_role(id) in ('owner', 'admin')) with check (workspace_role(id) in ('owner', 'admin'))`,
    );
    this.addSql(
      `create policy workspace_delete on workspace for delete to roundtable_request using (workspace_role(id) = 'owner')`,
    );
    this.addSql(`alter table threat_model enable row level security`);
    this.addSql(
      `create policy threat_model_read on threat_model for select to roundtable_request using (threat_model_role(id, current_person()) is not null)`,
    );
    this.addSql(
      `create policy threat_model_change on threat_model for update to roundtable_request using (threat_model_role(id, current_person()) in ('writer', 'owner')) with check (threat_model_role(id, current_person()) in ('writer', 'owner'))`,
    );
    this.addSql(
      `create policy threat_model_delete on threat_model for delete to roundtable_request using (threat_model_role(id, current_person()) = 'owner')`,
    );
    this.addSql(`alter table threat_model_grant enable row level security`);
    this.addSql(
      `create policy threat_model_grant_read on threat_model_grant for select to roundtable_request using (threat_model_role(threat_model_id, current_person()) is not null)`,
    );
    this.addSql(
      `create policy threat_model_grant_add on threat_model_grant for insert to roundtable_request with check (threat_model_role(threat_model_id, current_person()) = 'owner')`,
    );
    this.addSql(
      `create policy threat_model_grant_remove on threat_model_grant for delete to roundtable_request using (threat_model_role(threat_model_id, current_person()) = 'owner')`,
    );
    this.addSql(`alter table diagram enable row level security`);
    this.addSql(
      `create policy diagram_read on diagram for select to roundtable_request using (threat_model_role(threat_model_id, current_person()) is not null)`,
    );
    this.addSql(
      `create policy diagram_create on diagram for insert to roundtable_request with check (threat_model_role(threat_model_id, current_person()) in ('writer', 'owner'))`,
    );
    this.addSql(
      `create policy diagram_change on diagram for update to roundtable_request using (threat_model_role(threat_model_id, current_person()) in ('writer', 'owner')) with check (threat_model_role(threat_model_id, current_person()) in ('writer', 'owner'))`,
    );
    this.addSql(
      `create policy diagram_delete on diagram for delete to roundtable_request using (threat_model_role(threat_model_id, current_person()) = 'owner')`,
    );
    this.addSql(`alter table document_version enable row level security`);
    this.addSql(`alter table document_update enable row level security`);
    this.addSql(`alter table document_snapshot enable row level security`);
    this.addSql(`alter table document_client enable row level security`);
    this.addSql(`alter table conversation enable row level security`);
    this.addSql(
      `create policy conversation_read on conversation for select to roundtable_request using (is_platform_admin() or id in (select my_conversations()))`,
    );
    this.addSql(
      `create policy conversation_change on conversation for update to roundtable_request using (is_platform_admin() or conversation_role(id) = 'admin') with check (is_platform_admin() or conversation_role(id) = 'admin')`,
    );
    this.addSql(
      `create policy conversation_delete on conversation for delete to roundtable_request using (is_platform_admin() or conversation_role(id) = 'admin')`,
    );
    this.addSql(`alter table message enable row level security`);
    this.addSql(
      `create policy message_read on message for select to roundtable_request using (conversation_id in (select my_conversations()))`,
    );
    this.addSql(
      `create policy message_send on message for insert to roundtable_request with check (author_id = current_person() and conversation_role(conversation_id) is not null)`,
    );
    this.addSql(`alter table conversation_participant enable row level security`);
    this.addSql(
      `create policy conversation_participant_read on conversation_participant for select to roundtable_request using (is_platform_admin() or conversation_id in (select my_conversations()))`,
    );
    this.addSql(
      `create policy conversation_participant_add on conversation_participant for insert to roundtable_request with check (is_platform_admin() or conversation_role(conversation_id) = 'admin')`,
    );
    this.addSql(
      `create policy conversation_participant_change on conversation_participant for update to roundtable_request using (is_platform_admin() or conversation_role(conversation_id) = 'admin') with check (is_platform_admin() or conversation_role(conversation_id) = 'admin')`,
    );
    this.addSql(
      `create policy conversation_participant_remove on conversation_participant for delete to roundtable_request using (is_platform_admin() or conversation_role(conversation_id) = 'admin' or profile_id = current_person())`,
    );
    this.addSql(`alter table collaboration_session enable row level security`);
    this.addSql(
      `create policy collaboration_session_read on collaboration_session for select to roundtable_request using (diagram_role(diagram_id, current_person()) is not null)`,
    );
    this.addSql(`alter table session_participant enable row level security`);
    this.addSql(`alter table session_connection enable row level security`);
    this.addSql(`alter table workspace_member enable row level security`);
    this.addSql(
      `create policy workspace_member_read on workspace_member for select to roundtable_request using (workspace_id in (select my_workspaces()))`,
    );
    this.addSql(
      `create policy workspace_member_add on workspace_member for insert to roundtable_request with check (workspace_role(workspace_id) = 'owner' or (workspace_role(workspace_id) = 'admin' and role <> 'owner'))`,
    );
    this.addSql(
      `create policy workspace_member_change on workspace_member for update to roundtable_request using (workspace_role(workspace_id) = 'owner' or (workspace_role(workspace_id) = 'admin' and role <> 'owner')) with check (workspace_role(workspace_id) = 'owner' or (workspace_role(workspace_id) = 'admin' and role <> 'owner'))`,
    );
    this.addSql(
      `create policy workspace_member_remove on workspace_member for delete to roundtable_request using (workspace_role(workspace_id) = 'owner' or (workspace_role(workspace_id) = 'admin' and role <> 'owner') or profile_id = current_person())`,
    );
    this.addSql(`grant usage on schema public to roundtable_request`);
    this.addSql(`grant select on profile, collaboration_session, audit_event to roundtable_request`);
    this.addSql(`grant select, update, delete on workspace, threat_model, conversation to roundtable_request`);
    this.addSql(
      `grant select, insert, update, delete on workspace_member, user_group, diagram, conversation_participant to roundtable_request`,
    );
    this.addSql(`grant select, insert, delete on group_member, threat_model_grant to roundtable_request`);
    this.addSql(`grant select, insert on message to roundtable_request`);
    this.addSql(`grant usage on sequence conversation_participant_id_seq, message_id_seq to roundtable_request`);
  }
}
