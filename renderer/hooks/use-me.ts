import { useQuery } from '@tanstack/react-query';
import type { Me } from '../../core/api/team';
import { useConnection } from '../connection/connection-store';
import { isTeamPage, teamCall } from '../connection/team-session';

/** Who is signed in; null until the server has said, and where there is no server. */
export function useMe(): Me | null {
  const connected = useConnection(({ phase }) => phase === 'connected');
  const { data } = useQuery({
    queryKey: ['me'],
    queryFn: () => teamCall<Me>('GET', '/v1/auth/me'),
    enabled: connected && isTeamPage(),
  });
  return data ?? null;
}
