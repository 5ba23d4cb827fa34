import { Download, Image, Table2 } from 'lucide-react';
import { type RefObject, useState } from 'react';
import { Button } from '../../ui/Button';
import { saveCsv } from '../../ui/save-csv';
import { savePicture } from '../../ui/save-picture';

interface ChartActionsProps {
  /** What is charted: the name of what is saved. */
  readonly title: string;
  readonly asTable: boolean;
  readonly onTable: (asTable: boolean) => void;
  /** All of the chart's numbers. */
  readonly csv: () => string;
  readonly csvName?: string;
  /** What is saved as a picture. */
  readonly chart: RefObject<HTMLElement | null>;
}

/** What can be done with any chart: its table, its numbers, its picture. */
export function ChartActions({ title, asTable, onTable, csv, csvName = title, chart }: ChartActionsProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const save = (): void => {
    if (!chart.current) return;
    savePicture(chart.current, title).then(
      () => setFailure(null),
      (error: Error) => setFailure(error.message),
    );
  };
  return (
    <>
      {failure !== null && (
        <span role="alert" className="min-w-0 truncate text-error" title={failure}>
          {failure}
        </span>
      )}
      <Button
        look="ghost"
        className="px-1.5"
        title="Show the numbers"
        aria-pressed={asTable}
        onClick={() => onTable(!asTable)}
      >
        <Table2 size={13} aria-hidden /> Table
      </Button>
      <Button look="ghost" className="px-1.5" title="Save the numbers" onClick={() => saveCsv(csvName, csv())}>
        <Download size={13} aria-hidden /> CSV
      </Button>
      <Button look="ghost" className="px-1.5" title="Save the chart as a picture" onClick={save}>
        <Image size={13} aria-hidden /> PNG
      </Button>
    </>
  );
}
