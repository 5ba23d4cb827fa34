import { FlaskConical } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const PlaygroundPage = page(async () => (await import('./PlaygroundPage')).PlaygroundPage);

export const playground: Screen = {
  navigation: { title: 'Playground', icon: FlaskConical, to: '/playground' },
  keys: [{ title: 'Playground', keys: [['Ctrl Enter', 'run the prompt']] }],
  routes: [
    <Route key="/playground" path="/playground">
      <PlaygroundPage />
    </Route>,
  ],
};
