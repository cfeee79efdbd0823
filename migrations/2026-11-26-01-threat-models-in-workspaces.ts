/** A threat model is made in a workspace only by somebody who may (MB9): the function sees past row level security and has to ask by itself. */
import { Migration } from '@mikro-orm/migrations';

export class ThreatModelsInWorkspaces extends Migration {
  override up(): void {
    this.addSql(`create or replace function create_threat_model(id uuid, grant_id uuid, name text, description text, workspace uuid)
      returns timestamptz language plpgsql volatile security definer set search_path = public, pg_temp as $body$
      declare created timestamptz;
      begin
        if workspace is not null and coalesce(workspace_role(workspace), 'read_only') = 'read_only' then
          raise insufficient_privilege using message = 'only owners, admins and members make threat models in a workspace';
        end if;
        insert into threat_model (id, name, description, workspace_id, owner_id)
          values ($1, $3, $4, $5, current_person()) returning created_at into created;
        insert into threat_model_grant (id, threat_model_id, profile_id, role) values ($2, $1, current_person(), 'owner');
        return created;
      end $body$`);
  }
}
