import { useQuery } from '@tanstack/react-query';
import type { SyncLink, SyncProjectState } from '../../../core/api/sync-state';
import { formatCount } from '../../../core/model/format';
import { api } from '../../connection/connection';

const POLL_MS = 5_000;
const NONE = { sent: 0, waiting: 0, received: 0, wanted: 0 };
const COLUMNS = ['Project', 'Sent', 'To send', 'Received', 'To fetch'] as const;

/** How far each project has come, in traces. */
export function Projects({ link }: { readonly link: SyncLink }) {
  const { data: states } = useQuery({
    queryKey: ['sync-projects'],
    queryFn: () => api.syncProjects(),
    refetchInterval: POLL_MS,
  });
  if (!states) return null;
  const known = link.projects.map(({ id, name }) => ({
    id,
    name,
    note: noteOf(link, id),
    ...(states.find(({ projectId }) => projectId === id) ?? NONE),
  }));
  const others = states
    .filter(({ projectId }) => !link.projects.some(({ id }) => id === projectId))
    .map((state) => ({ id: state.projectId ?? '', name: otherName(state), note: '', ...state }));
  return (
    <section aria-label="Projects" className="flex flex-col gap-1.5">
      <h2 className="font-semibold">Traces by project</h2>
      <table className="w-full text-left tabular-nums">
        <thead className="text-sm text-secondary">
          <tr>
            {COLUMNS.map((name, at) => (
              <th key={name} scope="col" className={`font-normal ${at === 0 ? '' : 'w-[76px] text-right'}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...known, ...others].map(({ id, name, note, sent, waiting, received, wanted }) => (
            <tr key={id} className="h-[28px] border-t border-line">
              <th scope="row" className="max-w-0 truncate font-normal">
                <span dir="auto">{name}</span> <span className="text-secondary">{note}</span>
              </th>
              {[sent, waiting, received, wanted].map((count, at) => (
                <td key={COLUMNS[at + 1]} className={`text-right ${count === 0 ? 'text-secondary' : ''}`}>
                  {formatCount(count)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function noteOf({ projectId, follow }: SyncLink, id: string): string {
  const isFollowed = follow === null || follow.includes(id);
  if (projectId === id) return isFollowed ? 'yours go here' : 'yours go here, not followed';
  return isFollowed ? '' : 'not followed';
}

function otherName({ projectId, waiting }: SyncProjectState): string {
  if (projectId !== null) return 'An archived project';
  return waiting > 0 ? 'No project is chosen yet' : 'Shared before counts by project';
}
