/** The roles in a threat model, and which of them may what. */
export const accessRoles = ['reader', 'writer', 'owner'] as const;

export type AccessRole = (typeof accessRoles)[number];

export type Permissions = 'reader' | 'writer';

/** Whether a role is at least another; nobody has no role. */
export function atLeast(role: AccessRole | null, least: AccessRole): boolean {
  return role !== null && accessRoles.indexOf(role) >= accessRoles.indexOf(least);
}

/** What somebody with this role may do with the document; null: not even read it. */
export function permissionsOf(role: AccessRole | null): Permissions | null {
  if (role === null) return null;
  return role === 'reader' ? 'reader' : 'writer';
}
