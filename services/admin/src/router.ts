import { createRouter, createWebHashHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router';
import { useSession } from './stores/session.ts';

const project: RouteRecordRaw[] = [
  { path: '', redirect: { name: 'flags' } },
  { path: 'flags', name: 'flags', component: () => import('./pages/flags.vue'), meta: { title: 'Flags' } },
  { path: 'flags/:flag', name: 'flag', component: () => import('./pages/flag.vue'), meta: { title: 'Flag' } },
  { path: 'segments', name: 'segments', component: () => import('./pages/segments.vue'), meta: { title: 'Segments' } },
  {
    path: 'segments/:segment',
    name: 'segment',
    component: () => import('./pages/segment.vue'),
    meta: { title: 'Segment' },
  },
  { path: 'stale', name: 'stale', component: () => import('./pages/stale.vue'), meta: { title: 'Stale flags' } },
  { path: 'audit', name: 'audit', component: () => import('./pages/audit.vue'), meta: { title: 'Audit log' } },
  { path: 'keys', name: 'keys', component: () => import('./pages/keys.vue'), meta: { title: 'API keys' } },
  { path: 'members', name: 'members', component: () => import('./pages/members.vue'), meta: { title: 'Members' } },
  {
    path: 'settings',
    name: 'settings',
    component: () => import('./pages/settings.vue'),
    meta: { title: 'Environments' },
  },
];

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    {
      path: '/sign-in',
      name: 'sign-in',
      component: () => import('./pages/sign-in.vue'),
      meta: { open: true, title: 'Sign in' },
    },
    {
      path: '/setup',
      name: 'setup',
      component: () => import('./pages/setup.vue'),
      meta: { open: true, title: 'Set up' },
    },
    {
      path: '/',
      component: () => import('./pages/workspace.vue'),
      children: [
        { path: '', name: 'home', component: () => import('./pages/home.vue'), meta: { title: 'Projects' } },
        {
          path: 'account',
          name: 'account',
          component: () => import('./pages/account.vue'),
          meta: { title: 'Access tokens' },
        },
        { path: 'projects/:project', component: () => import('./pages/project.vue'), children: project },
        {
          path: ':rest(.*)*',
          name: 'nowhere',
          component: () => import('./pages/nowhere.vue'),
          meta: { title: 'Not found' },
        },
      ],
    },
  ],
});

router.beforeEach(async (to) => {
  if (to.meta.open === true) return true;
  const session = useSession();
  if (session.state === 'unknown') await session.load();
  return session.state === 'signed-out' ? signInFirst(to) : true;
});

router.afterEach((to) => {
  const subject = to.params.flag ?? to.params.segment ?? to.meta.title;
  document.title = typeof subject === 'string' ? `${subject} · Burgee` : 'Burgee';
});

function signInFirst(to: RouteLocationNormalized) {
  return { name: 'sign-in', query: to.path === '/' ? {} : { next: to.fullPath } };
}
