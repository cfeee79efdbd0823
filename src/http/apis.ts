/** All APIs together: their contracts, and every route that the router serves. */
import { graphqlRoutes } from '../graphql/routes.ts';
import { auditContract, auditRoutes } from './contracts/audit.ts';
import { collaborateRoutes } from './contracts/collaborate.ts';
import { contentRoutes } from './contracts/content.ts';
import { conversationRoutes, conversationsContract } from './contracts/conversations.ts';
import { diagramRoutes } from './contracts/diagrams.ts';
import { groupMemberRoutes } from './contracts/group-members.ts';
import { groupRoutes, groupsContract } from './contracts/groups.ts';
import { messageRoutes } from './contracts/messages.ts';
import { operationsRoutes } from './contracts/operations.ts';
import { participantRoutes } from './contracts/participants.ts';
import { peopleRoutes, platformContract } from './contracts/people.ts';
import { signInRoutes } from './contracts/sign-in.ts';
import { threatModelRoutes, threatModelsContract } from './contracts/threat-models.ts';
import { versionRoutes } from './contracts/versions.ts';
import { workspaceMemberRoutes } from './contracts/workspace-members.ts';
import { workspaceRoutes, workspacesContract } from './contracts/workspaces.ts';
import type { Contract } from './contract.ts';
import type { Route } from './route.ts';

export { platformContract };

export const contracts: readonly Contract[] = [
  workspacesContract,
  groupsContract,
  conversationsContract,
  threatModelsContract,
  auditContract,
];

/** What the routes of all APIs need. */
export type ApiParts = Parameters<typeof operationsRoutes>[0] &
  Parameters<typeof peopleRoutes>[0] &
  Parameters<typeof signInRoutes>[0] &
  Parameters<typeof workspaceRoutes>[0] &
  Parameters<typeof workspaceMemberRoutes>[0] &
  Parameters<typeof groupRoutes>[0] &
  Parameters<typeof groupMemberRoutes>[0] &
  Parameters<typeof conversationRoutes>[0] &
  Parameters<typeof participantRoutes>[0] &
  Parameters<typeof messageRoutes>[0] &
  Parameters<typeof graphqlRoutes>[0] &
  Parameters<typeof auditRoutes>[0] &
  Parameters<typeof threatModelRoutes>[0] &
  Parameters<typeof diagramRoutes>[0] &
  Parameters<typeof contentRoutes>[0] &
  Parameters<typeof versionRoutes>[0] &
  Parameters<typeof collaborateRoutes>[0];

export function routesOf(parts: ApiParts): Route[] {
  return [
    ...operationsRoutes(parts),
    ...peopleRoutes(parts),
    ...signInRoutes(parts),
    ...workspaceRoutes(parts),
    ...workspaceMemberRoutes(parts),
    ...groupRoutes(parts),
    ...groupMemberRoutes(parts),
    ...conversationRoutes(parts),
    ...participantRoutes(parts),
    ...messageRoutes(parts),
    ...graphqlRoutes(parts),
    ...auditRoutes(parts),
    ...threatModelRoutes(parts),
    ...diagramRoutes(parts),
    ...contentRoutes(parts),
    ...versionRoutes(parts),
    ...collaborateRoutes(parts),
  ];
}
