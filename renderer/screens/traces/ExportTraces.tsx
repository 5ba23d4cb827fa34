import { DropdownMenu } from 'radix-ui';
import { ExportChoices } from '../../features/export/ExportChoices';
import { SavingNote } from '../../features/export/SavingNote';
import { useExport } from '../../features/export/use-export';
import { inExtent } from '../../stores/time-range';
import { useTraceList } from '../../stores/trace-list-store';
import { Button } from '../../ui/Button';

/** Saves the traces that are listed, all of them. */
export function ExportTraces() {
  const saving = useExport();
  return (
    <>
      <SavingNote saving={saving} />
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button className="max-md:hidden" title="Save the traces that match as a file">
            Export
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="end"
            sideOffset={4}
            className="z-20 min-w-[180px] rounded-md border border-line-strong bg-panel p-1 text-base text-text shadow-xl"
          >
            <ExportChoices
              onChoose={(format) => {
                const list = useTraceList.getState();
                const { query } = list;
                saving.save(format, { query, ...inExtent(list) }, query === '' ? 'traces' : 'search');
              }}
            />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  );
}
