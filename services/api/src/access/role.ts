/** What a member may do in a project, from least to most; each may do what the ones before it may. */
export const roles = ['viewer', 'developer', 'product_owner', 'admin'] as const;

export type Role = (typeof roles)[number];

/** The role and all that include it. */
export function rolesFrom(least: Role): readonly Role[] {
  return roles.slice(roles.indexOf(least));
}
