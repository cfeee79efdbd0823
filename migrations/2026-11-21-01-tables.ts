/** The tables, their keys and indexes. */
import { Migration } from '@mikro-orm/migrations';

export class Tables extends Migration {
  override up(): void {
    this.addSql(`create table audit_event (
      id uuid not null,
      at timestamptz(3) not null default clock_timestamp(),
      actor_id uuid null,
      action text not null,
      container text null,
      subject text null,
      subject_key text null,
      role text null,
      outcome text not null,
      details jsonb null,
      request_id text null,
      primary key (id)
    )`);
    this.addSql(`create index audit_event_at_id_index on audit_event (at, id)`);
    this.addSql(`create index audit_event_actor_id_at_index on audit_event (actor_id, at)`);
    this.addSql(`create index audit_event_container_at_index on audit_event (container, at)`);
    this.addSql(`create index audit_event_subject_key_at_index on audit_event (subject_key, at)`);
    this.addSql(`create table deployment (
      id uuid not null,
      single boolean not null default true,
      primary key (id)
    )`);
    this.addSql(`alter table deployment add constraint deployment_single_unique unique (single)`);
    this.addSql(`alter table deployment add constraint deployment_single_check check (single)`);
    this.addSql(`create table node_lease (
      node uuid not null,
      expires_at timestamptz(3) not null,
      draining boolean not null default false,
      primary key (node)
    )`);
    this.addSql(`create table notice (
      scope text not null,
      revision int not null,
      ordinal int not null,
      payload jsonb not null,
      at timestamptz(3) not null default clock_timestamp(),
      primary key (scope, revision, ordinal)
    )`);
    this.addSql(`create index notice_at_index on notice (at)`);
    this.addSql(`create table profile (
      id uuid not null,
      number serial not null,
      issuer text not null,
      subject text not null,
      email text not null,
      username text not null,
      full_name text null,
      avatar_url text null,
      created_at timestamptz(3) not null default now(),
      primary key (id)
    )`);
    this.addSql(`alter table profile add constraint profile_number_unique unique (number)`);
    this.addSql(`alter table profile add constraint profile_email_unique unique (email)`);
    this.addSql(`alter table profile add constraint profile_issuer_subject_unique unique (issuer, subject)`);
    this.addSql(`create table user_group (
      id uuid not null,
      name text not null,
      description text null,
      owner_id uuid not null,
      revision int not null default 0,
      created_at timestamptz(3) not null default now(),
      primary key (id)
    )`);
    this.addSql(`create index user_group_owner_id_index on user_group (owner_id)`);
    this.addSql(`create table group_member (
      group_id uuid not null,
      profile_id uuid not null,
      added_at timestamptz(3) not null default clock_timestamp(),
      added_by_id uuid null,
      primary key (group_id, profile_id)
    )`);
    this.addSql(`create index group_member_profile_id_index on group_member (profile_id)`);
    this.addSql(
      `create index group_member_group_id_added_at_profile_id_index on group_member (group_id, added_at, profile_id)`,
    );
    this.addSql(`create table workspace (
      id uuid not null,
      name text not null,
      revision int not null default 0,
      created_at timestamptz(3) not null default now(),
      primary key (id)
    )`);
    this.addSql(`create table threat_model (
      id uuid not null,
      name text not null,
      description text null,
      workspace_id uuid null,
      owner_id uuid not null,
      created_at timestamptz(3) not null default now(),
      primary key (id)
    )`);
    this.addSql(`create index threat_model_workspace_id_index on threat_model (workspace_id)`);
    this.addSql(`create table threat_model_grant (
      id uuid not null,
      threat_model_id uuid not null,
      profile_id uuid null,
      group_id uuid null,
      role text not null,
      primary key (id)
    )`);
    this.addSql(`create index threat_model_grant_profile_id_index on threat_model_grant (profile_id)`);
    this.addSql(`create index threat_model_grant_group_id_index on threat_model_grant (group_id)`);
    this.addSql(
      `alter table threat_model_grant add constraint threat_model_grant_threat_model_id_profile_id_unique unique (threat_model_id, profile_id)`,
    );
    this.addSql(
      `alter table threat_model_grant add constraint threat_model_grant_threat_model_id_group_id_unique unique (threat_model_id, group_id)`,
    );
    this.addSql(
      `alter table threat_model_grant add constraint threat_model_grant_one_subject check (num_nonnulls(profile_id, group_id) = 1)`,
    );
    this.addSql(
      `alter table threat_model_grant add constraint threat_model_grant_role_check check (role in ('reader', 'writer', 'owner'))`,
    );
    this.addSql(`create table diagram (
      id uuid not null,
      threat_model_id uuid not null,
      name text not null,
      head bigint not null default '0',
      access_epoch bigint not null default '0',
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      primary key (id)
    )`);
    this.addSql(`create index diagram_threat_model_id_index on diagram (threat_model_id)`);
    this.addSql(`create table document_version (
      id uuid not null,
      diagram_id uuid not null,
      seq bigint not null,
      name text null,
      kind text not null,
      author_id uuid null,
      bytes bytea not null,
      at timestamptz(3) not null default clock_timestamp(),
      primary key (id)
    )`);
    this.addSql(`create index document_version_diagram_id_at_id_index on document_version (diagram_id, at, id)`);
    this.addSql(
      `alter table document_version add constraint document_version_kind_check check (kind in ('automatic', 'named'))`,
    );
    this.addSql(`create table document_update (
      diagram_id uuid not null,
      seq bigint not null,
      bytes bytea not null,
      batch_id uuid not null,
      authors uuid[] not null,
      at timestamptz(3) not null default clock_timestamp(),
      primary key (diagram_id, seq)
    )`);
    this.addSql(
      `alter table document_update add constraint document_update_diagram_id_batch_id_unique unique (diagram_id, batch_id)`,
    );
    this.addSql(`create table document_snapshot (
      diagram_id uuid not null,
      seq bigint not null,
      bytes bytea not null,
      at timestamptz(3) not null default clock_timestamp(),
      primary key (diagram_id, seq)
    )`);
    this.addSql(`create table document_client (
      diagram_id uuid not null,
      client_id bigint not null,
      profile_id uuid not null,
      primary key (diagram_id, client_id)
    )`);
    this.addSql(`create table conversation (
      id serial primary key,
      title text not null,
      diagram_id uuid null,
      revision int not null default 0,
      created_at timestamptz(3) not null default now()
    )`);
    this.addSql(`create index conversation_diagram_id_index on conversation (diagram_id)`);
    this.addSql(`create table message (
      id serial primary key,
      conversation_id int not null,
      author_id uuid not null,
      body text not null,
      created_at timestamptz(3) not null default clock_timestamp()
    )`);
    this.addSql(`create index message_conversation_id_id_index on message (conversation_id, id)`);
    this.addSql(`create table conversation_participant (
      id serial primary key,
      conversation_id int not null,
      profile_id uuid not null,
      role text not null,
      added_at timestamptz(3) not null default clock_timestamp(),
      added_by_id uuid null
    )`);
    this.addSql(`create index conversation_participant_profile_id_index on conversation_participant (profile_id)`);
    this.addSql(
      `create index conversation_participant_conversation_id_added_at__5106c_index on conversation_participant (conversation_id, added_at, profile_id)`,
    );
    this.addSql(
      `alter table conversation_participant add constraint conversation_participant_conversation_id_profile_id_unique unique (conversation_id, profile_id)`,
    );
    this.addSql(
      `alter table conversation_participant add constraint conversation_participant_role_check check (role in ('member', 'moderator', 'admin'))`,
    );
    this.addSql(`create table collaboration_session (
      id uuid not null,
      diagram_id uuid not null,
      host_id uuid not null,
      presenter_id uuid not null,
      revision int not null default 0,
      started_at timestamptz(3) not null default clock_timestamp(),
      ends_at timestamptz(3) null,
      ended_at timestamptz(3) null,
      end_reason text null,
      primary key (id)
    )`);
    this.addSql(
      `create unique index collaboration_session_one_active on collaboration_session (diagram_id) where ended_at is null`,
    );
    this.addSql(
      `create index collaboration_session_ends on collaboration_session (ends_at) where ended_at is null and ends_at is not null`,
    );
    this.addSql(
      `alter table collaboration_session add constraint collaboration_session_end_reason_check check (end_reason in ('host_left', 'host_ended', 'idle'))`,
    );
    this.addSql(`create table session_participant (
      session_id uuid not null,
      profile_id uuid not null,
      permissions text not null,
      joined_at timestamptz(3) not null default clock_timestamp(),
      left_at timestamptz(3) null,
      removed boolean not null default false,
      primary key (session_id, profile_id)
    )`);
    this.addSql(
      `alter table session_participant add constraint session_participant_permissions_check check (permissions in ('reader', 'writer'))`,
    );
    this.addSql(`create table session_connection (
      id uuid not null,
      session_id uuid not null,
      profile_id uuid not null,
      node_id uuid not null,
      primary key (id)
    )`);
    this.addSql(`create index session_connection_node_id_index on session_connection (node_id)`);
    this.addSql(
      `create index session_connection_session_id_profile_id_index on session_connection (session_id, profile_id)`,
    );
    this.addSql(`create table workspace_member (
      workspace_id uuid not null,
      profile_id uuid not null,
      role text not null,
      added_at timestamptz(3) not null default clock_timestamp(),
      added_by_id uuid null,
      primary key (workspace_id, profile_id)
    )`);
    this.addSql(`create index workspace_member_profile_id_index on workspace_member (profile_id)`);
    this.addSql(
      `create index workspace_member_workspace_id_added_at_profile_id_index on workspace_member (workspace_id, added_at, profile_id)`,
    );
    this.addSql(`create index workspace_member_owners on workspace_member (workspace_id) where role = 'owner'`);
    this.addSql(
      `alter table workspace_member add constraint workspace_member_role_check check (role in ('owner', 'admin', 'member', 'read_only'))`,
    );
    this.addSql(
      `alter table user_group add constraint user_group_owner_id_foreign foreign key (owner_id) references profile (id)`,
    );
    this.addSql(
      `alter table group_member add constraint group_member_group_id_foreign foreign key (group_id) references user_group (id) on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table group_member add constraint group_member_profile_id_foreign foreign key (profile_id) references profile (id) on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table group_member add constraint group_member_added_by_id_foreign foreign key (added_by_id) references profile (id) on delete set null`,
    );
    this.addSql(
      `alter table threat_model add constraint threat_model_workspace_id_foreign foreign key (workspace_id) references workspace (id) on delete cascade`,
    );
    this.addSql(
      `alter table threat_model add constraint threat_model_owner_id_foreign foreign key (owner_id) references profile (id)`,
    );
    this.addSql(
      `alter table threat_model_grant add constraint threat_model_grant_threat_model_id_foreign foreign key (threat_model_id) references threat_model (id) on delete cascade`,
    );
    this.addSql(
      `alter table threat_model_grant add constraint threat_model_grant_profile_id_foreign foreign key (profile_id) references profile (id) on delete cascade`,
    );
    this.addSql(
      `alter table threat_model_grant add constraint threat_model_grant_group_id_foreign foreign key (group_id) references user_group (id) on delete cascade`,
    );
    this.addSql(
      `alter table diagram add constraint diagram_threat_model_id_foreign foreign key (threat_model_id) references threat_model (id) on delete cascade`,
    );
    this.addSql(
      `alter table document_version add constraint document_version_diagram_id_foreign foreign key (diagram_id) references diagram (id) on delete cascade`,
    );
    this.addSql(
      `alter table document_version add constraint document_version_author_id_foreign foreign key (author_id) references profile (id) on delete set null`,
    );
    this.addSql(
      `alter table document_update add constraint document_update_diagram_id_foreign foreign key (diagram_id) references diagram (id) on delete cascade`,
    );
    this.addSql(
      `alter table document_snapshot add constraint document_snapshot_diagram_id_foreign foreign key (diagram_id) references diagram (id) on delete cascade`,
    );
    this.addSql(
      `alter table document_client add constraint document_client_diagram_id_foreign foreign key (diagram_id) references diagram (id) on delete cascade`,
    );
    this.addSql(
      `alter table document_client add constraint document_client_profile_id_foreign foreign key (profile_id) references profile (id) on delete cascade`,
    );
    this.addSql(
      `alter table conversation add constraint conversation_diagram_id_foreign foreign key (diagram_id) references diagram (id) on delete set null`,
    );
    this.addSql(
      `alter table message add constraint message_conversation_id_foreign foreign key (conversation_id) references conversation (id) on delete cascade`,
    );
    this.addSql(
      `alter table message add constraint message_author_id_foreign foreign key (author_id) references profile (id)`,
    );
    this.addSql(
      `alter table conversation_participant add constraint conversation_participant_conversation_id_foreign foreign key (conversation_id) references conversation (id) on delete cascade`,
    );
    this.addSql(
      `alter table conversation_participant add constraint conversation_participant_profile_id_foreign foreign key (profile_id) references profile (id) on delete cascade`,
    );
    this.addSql(
      `alter table conversation_participant add constraint conversation_participant_added_by_id_foreign foreign key (added_by_id) references profile (id) on delete set null`,
    );
    this.addSql(
      `alter table collaboration_session add constraint collaboration_session_diagram_id_foreign foreign key (diagram_id) references diagram (id) on delete cascade`,
    );
    this.addSql(
      `alter table collaboration_session add constraint collaboration_session_host_id_foreign foreign key (host_id) references profile (id)`,
    );
    this.addSql(
      `alter table collaboration_session add constraint collaboration_session_presenter_id_foreign foreign key (presenter_id) references profile (id)`,
    );
    this.addSql(
      `alter table session_participant add constraint session_participant_session_id_foreign foreign key (session_id) references collaboration_session (id) on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table session_participant add constraint session_participant_profile_id_foreign foreign key (profile_id) references profile (id) on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table session_connection add constraint session_connection_session_id_foreign foreign key (session_id) references collaboration_session (id) on delete cascade`,
    );
    this.addSql(
      `alter table session_connection add constraint session_connection_profile_id_foreign foreign key (profile_id) references profile (id) on delete cascade`,
    );
    this.addSql(
      `alter table session_connection add constraint session_connection_node_id_foreign foreign key (node_id) references node_lease (node) on delete cascade`,
    );
    this.addSql(
      `alter table workspace_member add constraint workspace_member_workspace_id_foreign foreign key (workspace_id) references workspace (id) on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table workspace_member add constraint workspace_member_profile_id_foreign foreign key (profile_id) references profile (id) on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table workspace_member add constraint workspace_member_added_by_id_foreign foreign key (added_by_id) references profile (id) on delete set null`,
    );
  }
}
