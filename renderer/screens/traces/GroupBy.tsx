import { useQuery } from '@tanstack/react-query';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';

interface GroupByProps {
  readonly groupBy: string | null;
  readonly onChange: (groupBy: string | null) => void;
}

const INTRINSICS = ['name', 'kind', 'status'];
const MOST = 40;
/** New keys are rare. */
const PACE_MS = 5_000;
/** Beyond that nearly every span would be a group. */
const MAX_VALUES = 2_000;

/** What the spans that match are put together by. */
export function GroupBy({ groupBy, onChange }: GroupByProps) {
  const version = useConnection((connection) => connection.version);
  const { data, refetch } = useQuery({
    queryKey: ['group-by'],
    queryFn: () => api.listAttributes({}),
    refetchOnMount: 'always',
  });
  useRefetchOn(useThrottled(version, PACE_MS), refetch);
  const keys = (data?.data ?? []).filter(({ valueCount }) => valueCount <= MAX_VALUES).map(({ key }) => key);
  const options = [...new Set([...(groupBy ? [groupBy] : []), ...INTRINSICS, ...keys.slice(0, MOST)])];
  return (
    <label className="flex items-center gap-1.5 text-secondary">
      Group by
      <select
        value={groupBy ?? ''}
        onChange={(event) => onChange(event.target.value || null)}
        className="h-[22px] max-w-[220px] rounded border border-line-strong bg-panel px-1 text-text"
      >
        <option value="">nothing</option>
        {options.map((key) => (
          <option key={key} value={key}>
            {key}
          </option>
        ))}
      </select>
    </label>
  );
}
