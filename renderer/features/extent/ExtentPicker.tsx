import { useTraceList } from '../../stores/trace-list-store';
import { DeploymentPicker } from './DeploymentPicker';
import { TimeRangePicker } from './TimeRangePicker';

/** What all screens of traces are about: where spans come from, and when. */
export function ExtentPicker() {
  const { range, deployment, setRange, setDeployment } = useTraceList();
  return (
    <>
      <DeploymentPicker deployment={deployment} onChange={setDeployment} />
      <TimeRangePicker range={range} onChange={setRange} />
    </>
  );
}
