import { DropdownMenu } from 'radix-ui';
import { useEffect, useState } from 'react';
import type { ExportFormat } from '../../../core/api/export';
import { api } from '../../connection/connection';

/** The formats, as items of a menu; asked for when it opens. */
export function ExportChoices({ onChoose }: { readonly onChoose: (format: ExportFormat) => void }) {
  const [formats, setFormats] = useState<readonly ExportFormat[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    api.listExportFormats().then(
      ({ data }) => setFormats(data),
      (error: Error) => setFailure(error.message),
    );
  }, []);
  if (failure !== null) return <p className="px-2 py-1 text-error">{failure}</p>;
  if (formats === null) return <p className="px-2 py-1 text-secondary">Loading …</p>;
  return formats.map((format) => (
    <DropdownMenu.Item
      key={format.name}
      title={format.loses === null ? 'Everything is in it' : `Not in it: ${format.loses}`}
      className="flex h-7 cursor-pointer items-center rounded px-2 outline-none data-[highlighted]:bg-accent-ground"
      onSelect={() => onChoose(format)}
    >
      {format.title}
    </DropdownMenu.Item>
  ));
}
