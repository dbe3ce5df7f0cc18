// Which view stands at which address, and who may go there.

import { createRouter, createWebHashHistory, type RouteRecordRaw } from "vue-router";
import { useLive } from "../live.ts";
import type { Me } from "../messages.ts";
import type { Word } from "../words/index.ts";

declare module "vue-router" {
  interface RouteMeta {
    /** In the menu under this word. */
    readonly word?: Word;
    /** Who may come; left out: everyone. */
    readonly may?: (me: Me) => boolean;
    /** Without menu and head, for a big screen. */
    readonly bare?: boolean;
  }
}

const takesCalls = (me: Me) => me.agent !== null;
const supervises = (me: Me) => me.role !== "agent";

/** In the order of the menu. What an agent needs in a call comes with the first load. */
export const ways: readonly RouteRecordRaw[] = [
  {
    path: "/desk",
    component: () => import("../desk/DeskPage.vue"),
    meta: { word: "way.desk", may: takesCalls },
  },
  {
    path: "/day",
    component: () => import("../desk/DayPage.vue"),
    meta: { word: "way.day", may: takesCalls },
  },
  {
    path: "/floor",
    component: () => import("../floor/FloorPage.vue"),
    meta: { word: "way.floor", may: supervises },
  },
  {
    path: "/wall",
    component: () => import("../floor/WallPage.vue"),
    meta: { word: "way.wall", may: supervises, bare: true },
  },
  {
    path: "/history",
    component: () => import("../history/HistoryPage.vue"),
    meta: { word: "way.history", may: supervises },
  },
  {
    path: "/today",
    component: () => import("../history/TodayPage.vue"),
    meta: { word: "way.today", may: supervises },
  },
  {
    path: "/recordings",
    component: () => import("../recordings/RecordingsPage.vue"),
    meta: { word: "way.recordings" },
  },
  {
    path: "/evaluations",
    component: () => import("../recordings/EvaluationsPage.vue"),
    meta: { word: "way.evaluations" },
  },
  {
    path: "/voicemails",
    component: () => import("../recordings/VoicemailsPage.vue"),
    meta: { word: "way.voicemails" },
  },
  {
    path: "/customers",
    component: () => import("../desk/CustomersPage.vue"),
    meta: { word: "way.customers" },
  },
  {
    path: "/campaigns",
    component: () => import("../campaigns/CampaignsPage.vue"),
    meta: { word: "way.campaigns", may: supervises },
  },
  {
    path: "/flows",
    component: () => import("../flows/FlowsPage.vue"),
    meta: { word: "way.flows", may: supervises },
  },
  {
    path: "/settings",
    component: () => import("../settings/SettingsPage.vue"),
    meta: { word: "way.settings", may: supervises },
  },
  {
    path: "/audit",
    component: () => import("../settings/AuditPage.vue"),
    meta: { word: "way.audit", may: supervises },
  },
];

export function mayGo(me: Me, way: RouteRecordRaw): boolean {
  return way.meta?.may?.(me) ?? true;
}

/** Where a person begins. */
export function home(me: Me): string {
  return ways.find((way) => mayGo(me, way))?.path ?? "/voicemails";
}

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    ...ways,
    { path: "/", component: { render: () => null } },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

router.beforeEach((to) => {
  const me = useLive().me.value;
  if (me === null) return true; // the log-in is shown, whatever the address
  if (to.path === "/" || !(to.meta.may?.(me) ?? true)) return home(me);
  return true;
});
