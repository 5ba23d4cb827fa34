import { Database } from 'lucide-react';
import { Route } from 'wouter';
import { page, type Screen } from '../../routing/screen';

const DatasetsPage = page(async () => (await import('./DatasetsPage')).DatasetsPage);
const DatasetPage = page(async () => (await import('./DatasetPage')).DatasetPage);
const ExperimentPage = page(async () => (await import('./ExperimentPage')).ExperimentPage);

export const datasets: Screen = {
  navigation: { title: 'Datasets', icon: Database, to: '/datasets', also: '/dataset/' },
  routes: [
    <Route key="/datasets" path="/datasets">
      <DatasetsPage />
    </Route>,
    <Route key="/dataset/:id" path="/dataset/:id">
      {({ id }) => <DatasetPage key={id} datasetId={id} />}
    </Route>,
    <Route key="/experiments/:a/:b?" path="/experiments/:a/:b?">
      {({ a, b }) => <ExperimentPage key={`${a} ${b}`} ids={b === undefined ? [a] : [a, b]} />}
    </Route>,
  ],
};
