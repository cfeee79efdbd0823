/** Every entity, in the order in which their tables can be created. */
import { AuditEvent } from './audit-event.ts';
import { Conversation, ConversationParticipant, Message } from './conversation.ts';
import { Deployment } from './deployment.ts';
import { Diagram } from './diagram.ts';
import { DocumentClient, DocumentSnapshot, DocumentUpdate, DocumentVersion } from './document.ts';
import { GroupMember, UserGroup } from './group.ts';
import { NodeLease } from './node-lease.ts';
import { Notice } from './notice.ts';
import { Profile } from './profile.ts';
import { CollaborationSession, SessionConnection, SessionParticipant } from './session.ts';
import { ThreatModel, ThreatModelGrant } from './threat-model.ts';
import { Workspace, WorkspaceMember } from './workspace.ts';

export const entities = [
  Deployment,
  Profile,
  Workspace,
  WorkspaceMember,
  UserGroup,
  GroupMember,
  ThreatModel,
  ThreatModelGrant,
  Diagram,
  Conversation,
  ConversationParticipant,
  Message,
  DocumentUpdate,
  DocumentClient,
  DocumentSnapshot,
  DocumentVersion,
  NodeLease,
  CollaborationSession,
  SessionParticipant,
  SessionConnection,
  Notice,
  AuditEvent,
];
