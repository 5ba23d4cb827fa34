/** The frame: navigation on the left, the screen, the status bar below. The address after `#` says which screen. */
import { useCallback, useState } from 'react';
import { Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { useConnection } from '../connection/connection-store';
import { isTeamPage } from '../connection/team-session';
import { FiringBar } from '../features/alerts/FiringBar';
import { useAlertNotices } from '../features/alerts/use-alert-notices';
import { GuardrailAlert } from '../features/guardrails/GuardrailAlert';
import { AcceptInvitation, invitationOfAddress } from '../features/team/AcceptInvitation';
import { problemOfAddress, TeamSignIn } from '../features/team/TeamSignIn';
import { useKeys } from '../hooks/use-keys';
import { AgentsPage } from '../screens/agents/AgentsPage';
import { AlertsPage } from '../screens/alerts/AlertsPage';
import { ComparePage } from '../screens/compare/ComparePage';
import { ConnectPage } from '../screens/connect/ConnectPage';
import { DatasetPage } from '../screens/datasets/DatasetPage';
import { DatasetsPage } from '../screens/datasets/DatasetsPage';
import { ExperimentPage } from '../screens/datasets/ExperimentPage';
import { GuardrailsPage } from '../screens/guardrails/GuardrailsPage';
import { HomePage } from '../screens/home/HomePage';
import { PlaygroundPage } from '../screens/playground/PlaygroundPage';
import { SessionPage } from '../screens/sessions/SessionPage';
import { SessionsPage } from '../screens/sessions/SessionsPage';
import { SyncPage } from '../screens/sync/SyncPage';
import { DevicePage } from '../screens/team/DevicePage';
import { TeamPage } from '../screens/team/TeamPage';
import { TracePage } from '../screens/trace/TracePage';
import { TracesPage } from '../screens/traces/TracesPage';
import { sessionOfAddress } from '../stores/session-address';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { CommandPalette } from './CommandPalette';
import { HelpDialog } from './HelpDialog';
import { Problems } from './Problems';
import { Sidebar } from './Sidebar';
import { SignIn } from './SignIn';
import { StatusBar } from './StatusBar';

export function App() {
  const signedOut = useConnection(({ phase }) => phase === 'signed-out');
  if (isTeamPage()) {
    const invitation = invitationOfAddress(window.location.hash);
    if (invitation !== null) return <AcceptInvitation token={invitation} />;
    if (signedOut || problemOfAddress(window.location.hash)) return <TeamSignIn />;
  }
  if (signedOut) return <SignIn />;
  return (
    <Router hook={useHashLocation}>
      <Frame />
    </Router>
  );
}

function Frame() {
  const [helpOpen, setHelpOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [location, navigate] = useLocation();
  useKeys({
    '?': () => setHelpOpen(true),
    'Mod+k': () => setPaletteOpen(true),
    g: () => navigate('/traces'),
  });
  useAlertNotices(useCallback(() => navigate('/alerts'), [navigate]));
  return (
    <div className="grid h-full grid-cols-[48px_minmax(0,1fr)] grid-rows-[minmax(0,1fr)_26px] min-[1100px]:grid-cols-[208px_minmax(0,1fr)]">
      <Sidebar />
      <main className="flex min-h-0 min-w-0 flex-col">
        <Problems />
        <FiringBar />
        <GuardrailAlert />
        <div className="min-h-0 grow">
          <ErrorBoundary what="screen" subject={location}>
            <Switch>
              <Route path="/home">
                <HomePage />
              </Route>
              <Route path="/traces">
                <TracesPage />
              </Route>
              <Route path="/trace/:traceId/:spanId?">
                {({ traceId, spanId }) => <TracePage key={traceId} traceId={traceId} spanId={spanId ?? null} />}
              </Route>
              <Route path="/compare/:a/:b">{({ a, b }) => <ComparePage key={`${a} ${b}`} a={a} b={b} />}</Route>
              <Route path="/sessions">
                <SessionsPage />
              </Route>
              <Route path="/session/:sessionId">
                {({ sessionId }) => <SessionPage key={sessionId} sessionId={sessionOfAddress(sessionId)} />}
              </Route>
              <Route path="/agents">
                <AgentsPage />
              </Route>
              <Route path="/guardrails">
                <GuardrailsPage />
              </Route>
              <Route path="/alerts">
                <AlertsPage />
              </Route>
              <Route path="/playground">
                <PlaygroundPage />
              </Route>
              <Route path="/datasets">
                <DatasetsPage />
              </Route>
              <Route path="/dataset/:id">{({ id }) => <DatasetPage key={id} datasetId={id} />}</Route>
              <Route path="/experiments/:a/:b?">
                {({ a, b }) => <ExperimentPage key={`${a} ${b}`} ids={b === undefined ? [a] : [a, b]} />}
              </Route>
              {!isTeamPage() && (
                <Route path="/sync">
                  <SyncPage />
                </Route>
              )}
              {isTeamPage() && <Route path="/team/:tab">{({ tab }) => <TeamPage tab={tab} />}</Route>}
              {isTeamPage() && <Route path="/device/:code?">{({ code }) => <DevicePage typed={code ?? ''} />}</Route>}
              <Route path="/connect">
                <ConnectPage />
              </Route>
              <Route>
                <Redirect to="/traces" replace />
              </Route>
            </Switch>
          </ErrorBoundary>
        </div>
      </main>
      <StatusBar onHelp={() => setHelpOpen(true)} />
      <HelpDialog open={helpOpen} onOpenChange={setHelpOpen} />
      <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} onHelp={() => setHelpOpen(true)} />
    </div>
  );
}
