/** The frame: navigation on the left, the screen, the status bar below. The address after `#` says which screen. */
import { Suspense, useCallback, useState } from 'react';
import { Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { useConnection } from '../connection/connection-store';
import { isTeamPage } from '../connection/team-session';
import { FiringBar } from '../features/alerts/FiringBar';
import { useAlertNotices } from '../features/alerts/use-alert-notices';
import { GuardrailAlert } from '../features/guardrails/GuardrailAlert';
import { ImportFiles } from '../features/import-files/ImportFiles';
import { SampleDialog } from '../features/sample/SampleDialog';
import { AcceptInvitation, invitationOfAddress } from '../features/team/AcceptInvitation';
import { problemOfAddress, TeamSignIn } from '../features/team/TeamSignIn';
import { useKeys } from '../hooks/use-keys';
import { useStatus } from '../hooks/use-status';
import { useSettings } from '../stores/settings-store';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { SaidAbove } from '../ui/Notice';
import { CommandPalette } from './CommandPalette';
import { HelpDialog } from './HelpDialog';
import { Problems } from './Problems';
import { Sidebar } from './Sidebar';
import { SignIn } from './SignIn';
import { StatusBar } from './StatusBar';
import { SCREENS } from './screens';

export function App() {
  const signedOut = useConnection(({ phase }) => phase === 'signed-out');
  const timeZone = useSettings(({ timeZone }) => timeZone);
  if (isTeamPage()) {
    const invitation = invitationOfAddress(window.location.hash);
    if (invitation !== null) return <AcceptInvitation token={invitation} />;
    if (signedOut || problemOfAddress(window.location.hash)) return <TeamSignIn />;
  }
  if (signedOut) return <SignIn />;
  return (
    <Router hook={useHashLocation}>
      {/* Times stand everywhere: all is drawn again. */}
      <Frame key={timeZone} />
    </Router>
  );
}

function Frame() {
  const [helpOpen, setHelpOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [location, navigate] = useLocation();
  const store = useStatus()?.store;
  const closed = store && 'message' in store ? store.message : null;
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
          <SaidAbove.Provider value={closed}>
            <ErrorBoundary what="screen" subject={location}>
              <Suspense fallback={null}>
                <Switch>
                  {SCREENS.flatMap(({ routes }) => routes)}
                  <Route>
                    <Redirect to="/traces" replace />
                  </Route>
                </Switch>
              </Suspense>
            </ErrorBoundary>
          </SaidAbove.Provider>
        </div>
      </main>
      {!isTeamPage() && <ImportFiles />}
      {!isTeamPage() && <SampleDialog />}
      <StatusBar onHelp={() => setHelpOpen(true)} />
      <HelpDialog open={helpOpen} onOpenChange={setHelpOpen} />
      <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} onHelp={() => setHelpOpen(true)} />
    </div>
  );
}
