import { Settings } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';
import { SECTIONS } from './sections';

const SettingsPage = page(async () => (await import('./SettingsPage')).SettingsPage);

/** Of the desktop: a team server is set up by whoever runs it. */
export const settings: Screen = {
  only: 'desktop',
  navigation: { title: 'Settings', icon: Settings, to: '/settings', also: '/settings/' },
  commands: SECTIONS.map(({ name, title }) => ({ title: `Settings: ${title}`, to: `/settings/${name}` })),
  routes: [
    <Route key="/settings" path="/settings/:section?">
      {({ section }) => <SettingsPage section={section} />}
    </Route>,
  ],
};
