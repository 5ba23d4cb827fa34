import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const ComparePage = page(async () => (await import('./ComparePage')).ComparePage);

export const compare: Screen = {
  keys: [
    {
      title: 'Comparison',
      keys: [
        ['1 2', 'span by span, by operation'],
        ['x', 'swap the two traces'],
      ],
    },
  ],
  routes: [
    <Route key="/compare/:a/:b" path="/compare/:a/:b">
      {({ a, b }) => <ComparePage key={`${a} ${b}`} a={a} b={b} />}
    </Route>,
  ],
};
