/** What is kept, and the read models of what is kept. Of a server this is up to whoever runs it. */
import { operation, through } from './operation';

const ofDesktop = { permission: null, input: [] } as const;
const ACTIONS = '/v1/retention/actions';

export const retention = {
  /** What is too old by it is pruned then. */
  trustClock: operation({
    ...ofDesktop,
    summary: 'Says that the clock of the system is right, where the status has it in doubt',
    rest: { method: 'post', path: `${ACTIONS}/trust-clock`, status: 204 },
    run: through(({ store }) => store.trustClock()),
  }),
  /** What would be too old is kept as if it came now. @throws CONFLICT */
  restoreQuarantine: operation({
    ...ofDesktop,
    summary: 'Restores what was pruned for its age and is in quarantine; a rebuild follows',
    rest: { method: 'post', path: `${ACTIONS}/restore-quarantine`, status: 202, refusals: [409] },
    run: through(({ store }) => store.restoreQuarantine()),
  }),
  /** @throws CONFLICT */
  deleteQuarantine: operation({
    ...ofDesktop,
    summary: 'Drops what is in quarantine for good',
    rest: { method: 'post', path: `${ACTIONS}/delete-quarantine`, status: 204, refusals: [409] },
    run: through(({ store }) => store.deleteQuarantine()),
  }),
  /** @throws CONFLICT when that is under way */
  rebuild: operation({
    ...ofDesktop,
    summary: 'Makes the read models anew from what is stored, while Spoor runs',
    rest: { method: 'post', path: '/v1/rebuild', status: 202, refusals: [409] },
    run: through(({ store }) => store.rebuild()),
  }),
  rebuildReport: operation({
    ...ofDesktop,
    summary: 'How far that is',
    rest: { method: 'get', path: '/v1/rebuild', id: 'getRebuild' },
    run: through(({ store }) => store.rebuildReport()),
  }),
};
