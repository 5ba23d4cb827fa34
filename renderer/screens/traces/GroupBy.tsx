import { FieldPicker } from './FieldPicker';

interface GroupByProps {
  readonly groupBy: string | null;
  readonly onChange: (groupBy: string | null) => void;
}

const INTRINSICS = ['name', 'kind', 'status'];

/** What the spans that match are put together by. */
export function GroupBy({ groupBy, onChange }: GroupByProps) {
  return (
    <span className="flex items-center gap-1.5 text-secondary">
      Group by
      <FieldPicker label="Group by" value={groupBy} none="nothing" intrinsics={INTRINSICS} onChange={onChange} />
    </span>
  );
}
