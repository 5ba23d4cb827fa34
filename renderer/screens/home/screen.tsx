import { House } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const HomePage = page(async () => (await import('./HomePage')).HomePage);

export const home: Screen = {
  navigation: { title: 'Home', icon: House, to: '/home' },
  routes: [
    <Route key="/home" path="/home">
      <HomePage />
    </Route>,
  ],
};
