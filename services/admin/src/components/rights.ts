import { type ComputedRef, computed, type MaybeRefOrGetter, toValue } from 'vue';
import { useRoute } from 'vue-router';
import type { Role } from '../queries/members.ts';
import { useSession } from '../stores/session.ts';
import { options, roles } from './words.ts';

/**
 * Why whoever is signed in may not do what needs this role, so that nothing is offered in vain. The database decides.
 *
 * @param needs  least role in the project of this page; on a page of no project, in any
 * @returns      a sentence, or `undefined` where it is allowed
 */
export function useRefusal(needs: MaybeRefOrGetter<Role>): ComputedRef<string | undefined> {
  const role = useRole();
  return computed(() => {
    const least = toValue(needs);
    if (role.value !== undefined && ladder.indexOf(role.value) >= ladder.indexOf(least)) return undefined;
    const has = role.value === undefined ? 'you have none' : `yours is ${roles[role.value].label}`;
    return `This needs the role ${roles[least].label}; ${has}.`;
  });
}

/** The role in the project of this page; on a page of no project, the highest in any. */
export function useRole(): ComputedRef<Role | undefined> {
  const session = useSession();
  const route = useRoute();
  return computed(() => {
    const project = route.params.project;
    const held = session.me?.roles.filter((role) => project === undefined || role.project === project) ?? [];
    return ladder.findLast((role) => held.some((one) => one.role === role));
  });
}

const ladder = options(roles).map(({ value }) => value);
