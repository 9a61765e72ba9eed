export { startDashboard, type DashboardOptions, type RunningDashboard } from './server/start-dashboard.ts';
export { DashboardRefusal } from './server/dashboard-refusal.ts';
export type { ActRequest } from './act-request.ts';
export type {
  CampaignSource,
  CampaignEntry,
  CampaignLook,
  ActiveJob,
  LoggedLine,
  PastRun,
  PollingWorker,
} from './campaign-source.ts';
export type { CampaignView, TrialRow } from './view/campaign-view.ts';
