/** All screens, in the order of the navigation. A new one is a folder in `screens/` and a line here. */
import { isTeamPage } from '../connection/team-session';
import type { Screen } from '../routing/screen';
import { agents } from '../screens/agents/screen';
import { alerts } from '../screens/alerts/screen';
import { compare } from '../screens/compare/screen';
import { connect } from '../screens/connect/screen';
import { dashboards } from '../screens/dashboards/screen';
import { datasets } from '../screens/datasets/screen';
import { guardrails } from '../screens/guardrails/screen';
import { home } from '../screens/home/screen';
import { logs } from '../screens/logs/screen';
import { metrics } from '../screens/metrics/screen';
import { playground } from '../screens/playground/screen';
import { services } from '../screens/services/screen';
import { sessions } from '../screens/sessions/screen';
import { settings } from '../screens/settings/screen';
import { sync } from '../screens/sync/screen';
import { team } from '../screens/team/screen';
import { trace } from '../screens/trace/screen';
import { traces } from '../screens/traces/screen';
import { usage } from '../screens/usage/screen';

const ALL: readonly Screen[] = [
  home,
  traces,
  trace,
  compare,
  services,
  sessions,
  agents,
  logs,
  metrics,
  usage,
  dashboards,
  alerts,
  guardrails,
  playground,
  datasets,
  connect,
  sync,
  team,
  settings,
];

/** Those that are on this page: in the desktop, or served by a team server. */
export const SCREENS: readonly Screen[] = ALL.filter(
  ({ only }) => only === undefined || (only === 'team') === isTeamPage(),
);
