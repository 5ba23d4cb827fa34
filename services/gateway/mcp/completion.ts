/** What an agent's client proposes while an argument is typed. */
import type { SpoorApi } from '../../../core/operations/operations';

const PROPOSED = 50;
const WAIT_MS = 2_000;

export type Completes = (typed: string) => Promise<string[]>;

/** The newest traces. */
export const traceIds =
  (api: Pick<SpoorApi, 'listTraces'>): Completes =>
  async (typed) => {
    const { data } = await api.listTraces({ limit: PROPOSED, waitMs: WAIT_MS });
    return data.map(({ traceId }) => traceId).filter((id) => id.startsWith(typed.toLowerCase()));
  };

export const sessionIds =
  (api: Pick<SpoorApi, 'listSessions'>): Completes =>
  async (typed) => {
    const { data } = await api.listSessions({ query: typed === '' ? undefined : typed, limit: PROPOSED });
    return data.map(({ sessionId }) => sessionId).filter((id) => id.startsWith(typed));
  };

export const serviceNames =
  (api: Pick<SpoorApi, 'listServices'>): Completes =>
  async (typed) => {
    const { data } = await api.listServices({});
    const wanted = typed.toLowerCase();
    return data
      .map(({ name }) => name)
      .filter((name) => name.toLowerCase().startsWith(wanted))
      .slice(0, PROPOSED);
  };

export const attributeKeys =
  (api: Pick<SpoorApi, 'listAttributes'>): Completes =>
  async (typed) => {
    const { data } = await api.listAttributes({ query: typed === '' ? undefined : typed, limit: PROPOSED });
    return data.map(({ key }) => key);
  };
