/**
 * SD1: the SDK's hand-written shapes are the server's own: each type is held equal to the output of the schema that the
 * server validates and describes, or to what it writes on the wire. The compiler is what checks this (`npm run
 * typecheck`); there is nothing to run.
 */
import { expectTypeOf } from 'vitest';
import type { z } from 'zod';
import type { conversationRoles } from '../../src/database/entities/conversation.ts';
import type { workspaceRoles } from '../../src/database/entities/workspace.ts';
import type { Command } from '../../src/collaboration/commands.ts';
import type {
  AwarenessStamp,
  Roster as ServerRoster,
  SessionMessage as ServerMessage,
} from '../../src/collaboration/wire.ts';
import type * as sdk from '../../src/client/index.ts';
import type { cellSchema } from '../../src/documents/diagram.ts';
import type { eventSchema } from '../../src/http/contracts/audit.ts';
import type {
  mySessionSchema,
  participantSchema as sessionParticipant,
  sessionSchema,
} from '../../src/http/contracts/collaborate.ts';
import type { contentSchema } from '../../src/http/contracts/content.ts';
import type { conversationSchema } from '../../src/http/contracts/conversations.ts';
import type { diagramSchema } from '../../src/http/contracts/diagrams.ts';
import type { memberSchema as groupMember } from '../../src/http/contracts/group-members.ts';
import type { groupSchema } from '../../src/http/contracts/groups.ts';
import type { messageSchema } from '../../src/http/contracts/messages.ts';
import type {
  addedSchema,
  participantSchema as conversationParticipant,
} from '../../src/http/contracts/participants.ts';
import type { meSchema, personSchema } from '../../src/http/contracts/people.ts';
import type { grantsSchema, threatModelSchema } from '../../src/http/contracts/threat-models.ts';
import type { versionContentSchema, versionSchema } from '../../src/http/contracts/versions.ts';
import type { memberSchema as workspaceMember } from '../../src/http/contracts/workspace-members.ts';
import type { workspaceSchema } from '../../src/http/contracts/workspaces.ts';
import type { RefusalCode } from '../../src/refusal.ts';
import type { ErrorMessage } from '../../src/sync/error-message.ts';

/** The shapes of REST are the output of the server's schemas. */
export function shapes(): void {
  expectTypeOf<sdk.Person>().toEqualTypeOf<z.output<typeof personSchema>>();
  expectTypeOf<sdk.Me>().toEqualTypeOf<z.output<typeof meSchema>>();
  expectTypeOf<sdk.Workspace>().toEqualTypeOf<z.output<typeof workspaceSchema>>();
  expectTypeOf<sdk.WorkspaceMember>().toEqualTypeOf<z.output<typeof workspaceMember>>();
  expectTypeOf<sdk.Group>().toEqualTypeOf<z.output<typeof groupSchema>>();
  expectTypeOf<sdk.GroupMember>().toEqualTypeOf<z.output<typeof groupMember>>();
  expectTypeOf<sdk.Conversation>().toEqualTypeOf<z.output<typeof conversationSchema>>();
  expectTypeOf<sdk.ConversationParticipant>().toEqualTypeOf<z.output<typeof conversationParticipant>>();
  expectTypeOf<sdk.ParticipantAdded>().toEqualTypeOf<z.output<typeof addedSchema>>();
  expectTypeOf<sdk.Message>().toEqualTypeOf<z.output<typeof messageSchema>>();
  expectTypeOf<sdk.ThreatModel>().toEqualTypeOf<z.output<typeof threatModelSchema>>();
  expectTypeOf<sdk.Grant[]>().toEqualTypeOf<z.output<typeof grantsSchema>>();
  expectTypeOf<sdk.Diagram>().toEqualTypeOf<z.output<typeof diagramSchema>>();
  expectTypeOf<sdk.Content>().toEqualTypeOf<z.output<typeof contentSchema>>();
  expectTypeOf<sdk.Version>().toEqualTypeOf<z.output<typeof versionSchema>>();
  expectTypeOf<sdk.VersionContent>().toEqualTypeOf<z.output<typeof versionContentSchema>>();
  expectTypeOf<sdk.Participant>().toEqualTypeOf<z.output<typeof sessionParticipant>>();
  expectTypeOf<sdk.Session>().toEqualTypeOf<z.output<typeof sessionSchema>>();
  expectTypeOf<sdk.SessionEntry>().toEqualTypeOf<z.output<typeof mySessionSchema>>();
  expectTypeOf<sdk.AuditEvent>().toEqualTypeOf<z.output<typeof eventSchema>>();
}

export function refusalsAndRoles(): void {
  expectTypeOf<sdk.RefusalCode>().toEqualTypeOf<RefusalCode>();
  expectTypeOf<sdk.WorkspaceRole>().toEqualTypeOf<(typeof workspaceRoles)[number]>();
  expectTypeOf<sdk.ConversationRole>().toEqualTypeOf<(typeof conversationRoles)[number]>();
}

/** Only cells that the server takes. */
export function cells(): void {
  expectTypeOf<sdk.Cell>().toExtend<z.input<typeof cellSchema>>();
}

/** A cell in any of its types can be put. */
export function puttable(): void {
  type Put = Parameters<typeof sdk.putCell>[1];
  expectTypeOf<sdk.NodeCell>().toExtend<Put>();
  expectTypeOf<sdk.EdgeCell>().toExtend<Put>();
  expectTypeOf<sdk.StoredCell>().toExtend<Put>();
  expectTypeOf<{ id: string; label: string }>().toExtend<Put>();
}

type NotGiven<Options> = {
  [Name in keyof Options as Record<never, never> extends Pick<Options, Name> ? Name : never]-?: undefined;
};

/** An option that is not given may be `undefined`, as where it comes out of somebody's own options. */
export function options(): void {
  expectTypeOf<NotGiven<sdk.ClientOptions>>().toExtend<Partial<sdk.ClientOptions>>();
  expectTypeOf<NotGiven<sdk.JoinOptions>>().toExtend<Partial<sdk.JoinOptions>>();
  expectTypeOf<NotGiven<sdk.AuditFilter>>().toExtend<Partial<sdk.AuditFilter>>();
  expectTypeOf<{ ifHead: undefined; signal: undefined }>().toExtend<
    NonNullable<Parameters<sdk.Api['diagrams']['replaceContent']>[2]>
  >();
}

/** What is refused is no argument: a stored cell may hold anything. */
export function written(): void {
  type Cells = Parameters<sdk.Api['diagrams']['replaceContent']>[1];
  expectTypeOf<sdk.Cell[]>().toExtend<Cells>();
  expectTypeOf<sdk.StoredCell[]>().not.toExtend<Cells>();
}

type Told = Exclude<ServerMessage, { type: 'presenter_view' }>;
type Heard = Exclude<sdk.SessionMessage, { type: 'presenter_view' | 'error' }>;

/** Messages are what the server writes. */
export function messages(): void {
  expectTypeOf<sdk.Roster>().toEqualTypeOf<ServerRoster>();
  expectTypeOf<Told>().toExtend<Heard>();
  expectTypeOf<Heard>().toExtend<Told>();
  expectTypeOf<ErrorMessage>().toExtend<sdk.ErrorMessage>();
  expectTypeOf<sdk.ErrorMessage>().toExtend<ErrorMessage>();
  expectTypeOf<AwarenessStamp['user']>().toExtend<Pick<sdk.Presence, 'name' | 'color'>>();
}

/** Commands are what the server reads. */
export function commands(): void {
  expectTypeOf<Exclude<sdk.SessionCommand, { type: 'presenter_view' }>>().toExtend<Command>();
  expectTypeOf<Command>().toExtend<sdk.SessionCommand>();
}
